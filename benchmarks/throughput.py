"""A full queue is worked off: over a near link, over TLS, over a far one, with few and with many connections."""

import resource
import subprocess
import time
from collections.abc import Callable
from functools import partial

from benchmarks.contestants import AioPika, Celery, Contestant, Node, Ours, OursBare
from benchmarks.debian_tools import Tools
from benchmarks.figures import CPU, MEMORY, RATE, Figures, Result, Series
from benchmarks.grounds import CONNECTIONS, Grounds
from benchmarks.latency import FIRST, FIRST_CPU, P50, P99, latency, start_up
from benchmarks.peers.install import Peers
from benchmarks.rounds import interleaved

# What a mail of the contestants has on the wire, more or less.
_MESSAGE_BYTES = 20_000
_BACKLOGS = (1_000, 100_000, 1_000_000)
_RATE = 100


class Load:
    """`mails` in every run."""

    def __init__(self, *, grounds: Grounds, peers: Peers, tools: Tools, mails: int, rounds: int) -> None:
        self._grounds = grounds
        self._tools = tools
        self._mails = mails
        self._rounds = rounds
        self._ours, self._bare = Ours(), OursBare()
        self._node, self._aio, self._celery = Node(peers), AioPika(peers), Celery(peers)

    def throughput(self) -> Result:
        """Everybody, and the most that the sink takes from a program in C."""
        everybody = (self._ours, self._bare, self._node, self._aio, self._celery)
        runs = {each.name: self._run(each) for each in everybody} | {"smtp-source, C": self._smtp_source}
        title = f"{CONNECTIONS} connections, no TLS"
        return _result("throughput", title, interleaved(self._rounds, runs))

    def tls(self) -> Result:
        """The same over TLS."""
        runs = {each.name: self._run(each, tls=True) for each in (self._ours, self._node, self._aio, self._celery)}
        title = f"{CONNECTIONS} connections, TLS by stunnel"
        return _result("tls", title, interleaved(self._rounds, runs))

    def delay(self) -> Result:
        """Relays that are 20 and 100 ms away, the latter with ten times the connections."""
        both = (self._ours, self._node)
        near = {f"{each.name}: 20 ms, TLS": self._run(each, tls=True, delay_s=0.02) for each in both}
        far = {f"{each.name}: 100 ms, 200 connections": self._run(each, connections=200, delay_s=0.1) for each in both}
        series = interleaved(self._rounds, near | far)
        return Result(name="delay", title="Relay far away", series=series, figures=(RATE, CPU), compared=())

    def connections(self) -> Result:
        """From 1 connection to 500."""
        counts = (10, 1, 50, 200, 500)
        runs = {f"takeoff-mailer: {count}": self._run(self._ours, connections=count) for count in counts}
        return _result("connections", "Connections", interleaved(self._rounds, runs))

    def backlog(self) -> Result:
        """As many mails of a short queue and of long ones."""
        mails = min(self._mails, _BACKLOGS[0])
        runs = {
            f"takeoff-mailer: {waiting:,} wait": partial(self._grounds.measure, self._ours, mails, waiting=waiting)
            for waiting in _BACKLOGS
        }
        return _result("backlog", "Tasks that wait", interleaved(self._rounds, runs))

    def latency(self) -> Result:
        """Of one mail at a time, and of a worker that has something to do."""
        runs = {}
        for each in (self._ours, self._node, self._aio):
            one = partial(latency, self._grounds, each, mails=self._mails // 10)
            runs[f"{each.name}: idle"] = partial(one, rate=None)
            runs[f"{each.name}: {_RATE}/s"] = partial(one, rate=_RATE)
        series = interleaved(self._rounds, runs)
        return Result(name="latency", title="Publish to 250", series=series, figures=(P50, P99), compared=())

    def start_up(self) -> Result:
        """Until the first mail."""
        everybody = (self._ours, self._node, self._aio, self._celery)
        series = interleaved(self._rounds, {each.name: partial(start_up, self._grounds, each) for each in everybody})
        return Result(name="start-up", title="Start", series=series, figures=(FIRST, FIRST_CPU), compared=(FIRST,))

    def _run(
        self, contestant: Contestant, *, connections: int = CONNECTIONS, tls: bool = False, delay_s: float = 0
    ) -> Callable[[], Figures]:
        how = partial(self._grounds.measure, connections=connections, tls=tls, delay_s=delay_s)
        return partial(how, contestant, self._mails)

    def _smtp_source(self) -> Figures:
        count = self._mails * 2
        with self._grounds.sink() as sink:
            command = [self._tools.path("smtp-source"), "-d", "-s", str(CONNECTIONS), "-l", str(_MESSAGE_BYTES)]
            mails = ["-m", str(count), "-f", "tickets@takeoff.example", "-t", "attendee@example.org"]
            started_s, before_s = time.monotonic(), _children_s()
            subprocess.run([*command, *mails, f"127.0.0.1:{sink.port}"], env=self._tools.environment, check=True)
            took_s, used_s = time.monotonic() - started_s, _children_s() - before_s
        return {CPU: used_s / count * 1e6, RATE: count / took_s}


def _result(name: str, title: str, series: list[Series]) -> Result:
    return Result(name=name, title=title, series=series, figures=(CPU, RATE, MEMORY), compared=(CPU, RATE))


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
