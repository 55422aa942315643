"""A network that is far away: each piece arrives half a round trip after it was sent, whatever else is on its way."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

from benchmarks.listening import wait_for_port
from tests.integration.brokers.private_broker import free_ports

_HOST = "127.0.0.1"


class _End(asyncio.Protocol):
    """One end of a link: what it receives is written at the other end, later."""

    def __init__(self, one_way_s: float) -> None:
        self._one_way_s = one_way_s
        self.early: list[bytes] = []
        self.transport: asyncio.Transport | None = None
        self.other: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        for data in self.early:
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(self._one_way_s, self._pass_on, data)

    def connection_lost(self, error: Exception | None) -> None:
        asyncio.get_running_loop().call_later(self._one_way_s, self._hang_up)

    def _pass_on(self, data: bytes) -> None:
        if self.other is None:
            return
        if self.other.transport is None:
            self.other.early.append(data)
        else:
            self.other.transport.write(data)

    def _hang_up(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


async def serve(listen_port: int, upstream_port: int, one_way_s: float) -> None:
    """Listen and pass on until cancelled."""
    loop = asyncio.get_running_loop()
    dialling: set[asyncio.Task[object]] = set()

    def accept() -> _End:
        near, far = _End(one_way_s), _End(one_way_s)
        near.other, far.other = far, near
        task = loop.create_task(loop.create_connection(lambda: far, _HOST, upstream_port))
        dialling.add(task)
        task.add_done_callback(dialling.discard)
        return near

    server = await loop.create_server(accept, _HOST, listen_port, backlog=1024)
    await server.serve_forever()


@contextmanager
def delayed(port: int, round_trip_s: float) -> Iterator[int]:
    """A port that leads to `port` with this round trip; served by a process of its own."""
    (listen_port,) = free_ports(1)
    command = [sys.executable, "-m", "benchmarks.delay", str(listen_port), str(port), str(round_trip_s / 2)]
    process = subprocess.Popen(command)
    try:
        wait_for_port(listen_port)
        yield listen_port
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
