"""A TCP proxy that is the network: between the worker and its broker or relay, in a thread of the runner's."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Flag
from typing import Self

from tests.faults.ports import quiet_ports

_HOST = "127.0.0.1"
_CHUNK_BYTES = 65536
_LINGER_0 = struct.pack("ii", 1, 0)  # a reset instead of an end in order (man 7 socket)
_POLL_S = 0.02
# How much of what a client says is searched for `only`: the handshake of AMQP has its name in the first kilobyte.
_OPENING_BYTES = 4096


class Way(Flag):
    """Directions."""

    NONE = 0
    UP = 1  # from the client to the server
    DOWN = 2
    BOTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the network; all defaults together are a good one.

    `latency_s` before each piece in each direction; `slice_bytes` cuts what goes up into pieces with `slice_pause_s`
    between them; after `limit_bytes` up a connection is reset; `hold` lets nothing pass until the fault is over, as a
    cable that is pulled; `swallow` loses it for good; `refuse` resets new connections; `cut_at` resets a connection
    when the client says these bytes, which the server does not get to see. `times` bounds how many connections are cut
    by `limit_bytes` or `cut_at` (None: all).
    `only` is for connections whose client has said these bytes in its first 4 kB.
    """

    latency_s: float = 0.0
    slice_bytes: int = 0
    slice_pause_s: float = 0.0
    limit_bytes: int | None = None
    hold: Way = Way.NONE
    swallow: Way = Way.NONE
    refuse: bool = False
    cut_at: bytes = b""
    times: int | None = None
    only: bytes = b""


GOOD = Fault()


class FaultProxy:
    """Listens on `port` while the context lasts; `inflict` may be called from any thread.

    Of several upstream ports the first that answers takes a connection. `cuts` counts what `times` bounds.
    """

    def __init__(self, *upstream_ports: int) -> None:
        (self.port,) = quiet_ports(1)
        self.cuts = 0
        self._upstream_ports = upstream_ports
        self._fault = GOOD
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def fault(self) -> Fault:
        """The fault in force."""
        return self._fault

    def inflict(self, fault: Fault) -> None:
        """Let this be wrong from now on, with connections that are open, too."""
        self.cuts = 0
        self._fault = fault

    def heal(self) -> None:
        """Be a good network. Connections that lost bytes are reset, since they can never be in step again."""
        self._fault = GOOD
        self._loop.call_soon_threadsafe(self._reset_damaged)

    def reset_all(self) -> None:
        """Reset every connection that is open."""
        self._loop.call_soon_threadsafe(self._reset_links)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, _HOST, self.port, backlog=1024)

    async def _end(self) -> None:
        self._server.close()
        self._reset_links()
        tasks = [task for link in self._links for task in link.tasks]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _reset_links(self) -> None:
        for link in self._links:
            link.reset()

    def _reset_damaged(self) -> None:
        for link in self._links:
            if link.is_damaged:
                link.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault.refuse:
            _reset(writer)
            return
        upstream = await self._connect()
        if upstream is None:
            _reset(writer)
            return
        up_reader, up_writer = upstream
        link = _Link(self, writer, up_writer)
        self._links.add(link)
        link.tasks = [
            asyncio.create_task(link.pump(Way.UP, reader, up_writer)),
            asyncio.create_task(link.pump(Way.DOWN, up_reader, writer)),
        ]
        await asyncio.gather(*link.tasks, return_exceptions=True)
        self._links.discard(link)
        writer.close()
        up_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for port in self._upstream_ports:
            with suppress(OSError):
                return await asyncio.open_connection(_HOST, port)
        return None


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: FaultProxy, down: asyncio.StreamWriter, up: asyncio.StreamWriter) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.is_damaged = False
        self._proxy = proxy
        self._writers = (down, up)
        self._opening = b""
        self._tail = b""
        self._passed_up = 0

    def reset(self) -> None:
        for writer in self._writers:
            _reset(writer)

    async def pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes one way until the connection ends."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                if way is Way.UP and len(self._opening) < _OPENING_BYTES:
                    self._opening += data
                await self._pass(way, data, writer)
            if writer.can_write_eof():
                writer.write_eof()
            return
        self.reset()

    async def _pass(self, way: Way, data: bytes, writer: asyncio.StreamWriter) -> None:
        while way in (fault := self._fault()).hold:  # noqa: ASYNC110  another thread sets the fault
            await asyncio.sleep(_POLL_S)
        if fault.latency_s:
            await asyncio.sleep(fault.latency_s)
        if way in fault.swallow:
            self.is_damaged = True
            return
        if way is Way.UP:
            self._cut_if_said(fault, data)
            data = self._up_to_limit(fault, data)
        for piece in _pieces(data, fault.slice_bytes if way is Way.UP else 0):
            writer.write(piece)
            await writer.drain()
            if fault.slice_pause_s:
                await asyncio.sleep(fault.slice_pause_s)
        if way is Way.UP and fault.limit_bytes is not None and self._passed_up >= fault.limit_bytes:
            self._proxy.cuts += 1
            await self._reset_gently(writer)

    def _fault(self) -> Fault:
        fault = self._proxy.fault
        if fault.times is not None and self._proxy.cuts >= fault.times:
            return GOOD
        return fault if fault.only in self._opening else GOOD

    def _cut_if_said(self, fault: Fault, data: bytes) -> None:
        if not fault.cut_at:
            return
        said, self._tail = self._tail + data, data[-len(fault.cut_at) :]
        if fault.cut_at in said:
            self._proxy.cuts += 1
            raise ConnectionResetError

    def _up_to_limit(self, fault: Fault, data: bytes) -> bytes:
        if fault.limit_bytes is not None:
            data = data[: max(fault.limit_bytes - self._passed_up, 0)]
        self._passed_up += len(data)
        return data

    async def _reset_gently(self, writer: asyncio.StreamWriter) -> None:
        # The server must get what was let through: an end in order for it, a reset for the client.
        with suppress(OSError):
            await writer.drain()
            writer.close()
        _reset(self._writers[0])
        raise ConnectionResetError


def _pieces(data: bytes, size: int) -> list[bytes]:
    if not size:
        return [data] if data else []
    return [data[start : start + size] for start in range(0, len(data), size)]


def _reset(writer: asyncio.StreamWriter) -> None:
    transport: asyncio.WriteTransport = writer.transport
    sock: socket.socket | None = writer.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    transport.abort()
