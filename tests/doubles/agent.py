"""Datadog's agent as far as DogStatsD goes: a socket that keeps what it is sent."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from application.metrics.metric import OTHER
from application.metrics.registry import METRICS

UNIFIED = ("env", "service", "version")
_METRIC = re.compile(r"(?P<name>[a-z_.]+):[0-9.:e+-]+\|[cgd]\|#(?P<tags>[^|]*)(\|c:[^|]*)?")
_CHECK = re.compile(r"_sc\|(?P<name>[a-z_.]+)\|[02]\|#(?P<tags>[^|]*)(\|c:[^|]*)?")
_EVENT = re.compile(r"_e\{\d+,\d+\}:(?P<name>[a-z_.]+)\|[^|]*\|k:[a-z_.]+\|t:error\|#(?P<tags>[^|]*)(\|c:[^|]*)?")
_OF_THE_CLIENT = "datadog.dogstatsd.client."


class FakeAgent:
    """Takes datagrams on `address`."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._listener.setblocking(False)

    @property
    def port(self) -> int:
        """The UDP port."""
        return int(self._listener.getsockname()[1])

    def lines(self) -> list[str]:
        """Everything that has arrived, line by line, as DogStatsD's protocol has it."""
        lines: list[str] = []
        while True:
            try:
                datagram = self._listener.recv(65536)
            except BlockingIOError:
                return lines
            lines += datagram.decode().splitlines()


@contextmanager
def udp_agent() -> Iterator[FakeAgent]:
    """Listen on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        listener.bind(("127.0.0.1", 0))
        yield FakeAgent(listener)


def free_udp_port() -> int:
    """A port on which nobody listens."""
    with udp_agent() as agent:
        return agent.port


def parsed(line: str) -> tuple[str, dict[str, str]]:
    """Split a line into its metric's name and its tags; ValueError for another form, or a tag given twice."""
    found = _METRIC.fullmatch(line) or _CHECK.fullmatch(line) or _EVENT.fullmatch(line)
    if not found:
        raise ValueError(line)
    pairs = [tag.partition(":") for tag in found["tags"].split(",")]
    tags = {name: value for name, _, value in pairs}
    if len(tags) != len(pairs):
        raise ValueError(line)
    return found["name"], tags


def strangers(lines: list[str], *, relays: list[str]) -> list[str]:
    """The lines whose metric, tags or tag values are not those of the registry."""
    known = {metric.name: metric for metric in METRICS}
    found = []
    for line in lines:
        name, tags = parsed(line)
        if name.startswith(_OF_THE_CLIENT):
            continue
        wanted = known[name].tags if name in known else ()
        values = {tag.name: {*(tag.values or relays), OTHER} for tag in wanted}
        own = {name: value for name, value in tags.items() if name not in UNIFIED}
        is_known = name in known and own.keys() == values.keys() and tags.keys() >= set(UNIFIED)
        if not is_known or any(value not in values[name] for name, value in own.items()):
            found.append(line)
    return found
