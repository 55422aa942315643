"""The relay itself: listens, is down and up again on the same port, and takes orders on a socket of its own."""

import asyncio
import json
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.faults.relay.certificates import make_contexts
from tests.faults.relay.journal import AcceptJournal, WireLog, accept_line
from tests.faults.relay.options import Options
from tests.faults.relay.rules import Rule, RuleBook
from tests.faults.relay.session import Hangup, Session, reset

HOST = "127.0.0.1"
JOURNAL, WIRE, CA = "accepted.jsonl", "wire.jsonl", "ca.pem"
# The largest mail or order, since either is read in one piece.
_LIMIT_BYTES = 2**26
# A worker's connections of before may hold the port for a moment.
_BIND_TRIES, _BIND_PAUSE_S = 50, 0.1


class RelayServer:
    """Serves SMTP on `port` while it is up, and orders on `control_port` all the time."""

    def __init__(self, *, folder: Path, port: int, control_port: int) -> None:
        self._folder = folder
        self._port = port
        self._control_port = control_port
        self._journal = AcceptJournal(folder / JOURNAL)
        self._wire = WireLog(folder / WIRE)
        self._rules = RuleBook()
        self._options = Options()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._listener: asyncio.Server | None = None
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._connections = 0

    async def run(self) -> None:
        """Serve until the process ends."""
        await self.up()
        control = await asyncio.start_server(self._take_orders, HOST, self._control_port, limit=_LIMIT_BYTES)
        async with control:
            await control.serve_forever()

    async def up(self) -> None:
        """Listen."""
        if self._listener is None:
            self._listener = await asyncio.start_server(
                self._serve, sock=await self._bind(), limit=_LIMIT_BYTES, backlog=1024
            )

    async def down(self) -> None:
        """Refuse connections, and reset those there are."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for writer in self._writers.values():
            reset(writer)

    async def _bind(self) -> socket.socket:
        for left in reversed(range(_BIND_TRIES)):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._options.receive_buffer_bytes:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._options.receive_buffer_bytes)
            try:
                listener.bind((HOST, self._port))
            except OSError:
                listener.close()
                if not left:
                    raise
                await asyncio.sleep(_BIND_PAUSE_S)
            else:
                return listener
        raise AssertionError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        self._writers[number] = writer
        session = Session(
            number=number,
            reader=reader,
            writer=writer,
            options=self._options,
            contexts=self._contexts,
            rules=self._rules,
            wire=self._wire,
            store=self._store,
        )
        # ValueError: a line or a mail that is longer than any of ours.
        try:
            with suppress(Hangup, OSError, EOFError, ValueError):
                await session.run()
        finally:
            del self._writers[number]
            writer.close()

    async def _store(self, rcpt: str, content: bytes) -> None:
        await self._journal.append(accept_line(rcpt, content))

    async def _take_orders(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            answer = await self._obey(json.loads(line))
            writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def _obey(self, order: dict[str, Any]) -> Any:
        match order["do"]:
            case "rules":
                self._rules.replace([Rule.from_json(rule) for rule in order["rules"]])
            case "options":
                self._options = replace(Options(), **order["options"])
                if self._options.tls != "none" and not self._contexts:
                    self._contexts = make_contexts(self._folder / CA)
            case "up":
                await self.up()
            case "down":
                await self.down()
            case "counts":
                self._wire.flush()
                return self._wire.counts
            case unknown:
                raise ValueError(unknown)
        return None
