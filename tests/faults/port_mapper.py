"""An Erlang port mapper (epmd) that says where a node finds another: behind the proxy that is the network between them.

The protocol: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html, "EPMD Protocol".
"""

import socketserver
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

_HOST = "127.0.0.1"
_REGISTER, _REGISTERED = 120, 118
_LOOK_UP, _FOUND = 122, 119
_NAMES = 110
_NORMAL_NODE, _TCP = 77, 0
_NEWEST, _OLDEST = 6, 5  # of the distribution protocol, as of Erlang/OTP 23 and later
_CREATION = 1


class PortMapper:
    """Serves one node on `port`: registers it, and the tools that call it, under their own ports.

    It tells the ports in `others` for the nodes of these names, whether they run or not.
    """

    def __init__(self, port: int, others: Mapping[str, int]) -> None:
        self._port = port
        self._others = others
        self._registered: dict[str, int] = {}

    def __enter__(self) -> Self:
        mapper = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                mapper._serve(self)

        self._server = _Server((_HOST, self._port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, client: socketserver.StreamRequestHandler) -> None:
        request = client.rfile.read(int.from_bytes(client.rfile.read(2)))
        if not request:
            return
        kind, rest = request[0], request[1:]
        if kind == _REGISTER:
            name = rest[10 : 10 + int.from_bytes(rest[8:10])].decode()
            self._registered[name] = int.from_bytes(rest[:2])
            client.wfile.write(struct.pack("!BBI", _REGISTERED, 0, _CREATION))
            # A node is registered for as long as its connection lasts, which a node that is killed resets.
            with suppress(ConnectionResetError):
                client.rfile.read()
            del self._registered[name]
        elif kind == _LOOK_UP:
            client.wfile.write(self._answer(rest.decode()))
        elif kind == _NAMES:
            lines = [f"name {name} at port {port}\n" for name, port in self._registered.items()]
            client.wfile.write(struct.pack("!I", self._port) + "".join(lines).encode())

    def _answer(self, name: str) -> bytes:
        port = self._registered.get(name) or self._others.get(name)
        if port is None:
            return struct.pack("!BB", _FOUND, 1)
        head = struct.pack("!BBHBBHHH", _FOUND, 0, port, _NORMAL_NODE, _TCP, _NEWEST, _OLDEST, len(name))
        return head + name.encode() + struct.pack("!H", 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
