"""An SMTP server that does what a test tells it: refuse, garble, cut, stall or drip at any step."""

import asyncio
import base64
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Action = Callable[["Session"], Awaitable[None]]

GREETING = "220 scripted.example ESMTP"
BYE = b"221 2.0.0 bye\r\n"


class Hangup(Exception):
    """Ends a session."""


def say(*lines: str) -> Action:
    """Answer with these lines."""
    return say_raw("".join(f"{line}\r\n" for line in lines).encode())


def say_raw(data: bytes) -> Action:
    """Answer with these bytes."""

    async def act(session: "Session") -> None:
        session.say(data)

    return act


async def cut(session: "Session") -> None:
    """Reset the connection."""
    session.writer.transport.abort()
    raise Hangup


async def close(session: "Session") -> None:
    """End the connection in order (FIN)."""
    raise Hangup


async def stall(session: "Session") -> None:
    """Say nothing until the client is gone."""
    await session.reader.read()
    raise Hangup


def drip(line: str, *, pause_s: float) -> Action:
    """Answer one byte at a time."""

    async def act(session: "Session") -> None:
        for byte in f"{line}\r\n".encode():
            session.say(bytes([byte]))
            await asyncio.sleep(pause_s)

    return act


@dataclass
class Session:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    secure: bool = False
    envelope: dict[str, str] = field(default_factory=dict)
    said: bytes = b""

    def say(self, data: bytes) -> None:
        """Write; `said` is all that was since the last command."""
        self.said += data
        self.writer.write(data)


@dataclass(frozen=True)
class ReceivedMail:
    mail_from: str
    rcpt_to: str
    message: bytes


@dataclass
class ScriptedServer:
    """Commands are `CONNECT` (before the greeting), `EHLO`, ..., `354` (before the body is read) and `DOT`.

    `script[command]` holds the actions for its next occurrences; without one the command succeeds, except RCPT without
    a MAIL and DATA without a RCPT that it took, unless it is `careless` (RFC 2920 3.1). `log` has all lines that came
    as commands, `mails` what was complete and not refused.
    """

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8")
    auth: str = "AUTH PLAIN LOGIN"
    offer_starttls: bool = True
    receive_buffer_bytes: int = 0
    careless: bool = False
    script: dict[str, deque[Action]] = field(default_factory=lambda: defaultdict(deque))
    log: list[str] = field(default_factory=list)
    mails: list[ReceivedMail] = field(default_factory=list)
    connections: int = 0
    dots: int = 0
    port: int = 0

    def on(self, command: str, *actions: Action) -> Self:
        """Script the next occurrences of a command."""
        self.script[command].extend(actions)
        return self

    def count(self, verb: str) -> int:
        """How many commands with this verb came."""
        return sum(line.upper().startswith(verb) for line in self.log)

    async def __aenter__(self) -> Self:
        listener = socket.socket()
        if self.receive_buffer_bytes:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer_bytes)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        context = self.tls if self.implicit else None
        self._server = await asyncio.start_server(self._serve, sock=listener, ssl=context, limit=2**24)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        session = Session(reader, writer, secure=self.implicit)
        self.connections += 1
        try:
            await self._converse(session)
        # A cancellation is `__aexit__`; asyncio's streams log it as an error where it goes on (until Python 3.12).
        except (Hangup, ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            session.writer.close()

    async def _converse(self, session: Session) -> None:
        await self._answer(session, "CONNECT", GREETING)
        while line := (await session.reader.readline()).decode():
            session.said = b""
            self.log.append(line.rstrip("\r\n"))
            verb, _, rest = line.rstrip("\r\n").partition(" ")
            match verb.upper():
                case "EHLO":
                    await self._answer(session, "EHLO", *self._ehlo_lines(session))
                case "STARTTLS":
                    await self._answer(session, "STARTTLS", "220 go ahead")
                    await session.writer.start_tls(self._context())
                    session.secure = True
                case "AUTH":
                    await self._authenticate(session, rest)
                case "MAIL" | "RCPT":
                    await self._address(session, verb.upper(), rest.partition("<")[2].partition(">")[0])
                case "DATA":
                    await self._receive(session)
                case "RSET":
                    session.envelope.clear()
                    await self._answer(session, "RSET", "250 2.0.0 fine")
                case "QUIT":
                    session.writer.write(BYE)
                    return
                case _:
                    await self._answer(session, verb.upper(), "250 2.0.0 fine")

    def _context(self) -> ssl.SSLContext:
        assert self.tls
        return self.tls

    def _ehlo_lines(self, session: Session) -> list[str]:
        lines = ["scripted.example", *self.extensions, *([self.auth] if self.auth else [])]
        if self.tls and self.offer_starttls and not session.secure:
            lines.append("STARTTLS")
        return [f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines]

    async def _authenticate(self, session: Session, rest: str) -> None:
        if rest.upper().startswith("LOGIN"):
            session.writer.write(f"334 {base64.b64encode(b'Password:').decode()}\r\n".encode())
            self.log.append((await session.reader.readline()).decode().strip())
        await self._answer(session, "AUTH", "235 2.7.0 welcome")

    async def _address(self, session: Session, verb: str, address: str) -> None:
        missing = "" if verb == "MAIL" else "MAIL"
        await self._answer(session, verb, self._usual(session, missing, "250 2.1.0 fine"))
        if session.said.startswith(b"2"):
            session.envelope[verb] = address

    def _usual(self, session: Session, missing: str, fine: str) -> str:
        out_of_order = missing and missing not in session.envelope and not self.careless
        return f"503 5.5.1 {missing} first" if out_of_order else fine

    async def _receive(self, session: Session) -> None:
        if not await self._answer(session, "DATA", self._usual(session, "RCPT", "354 go on")):
            return
        if not session.said.startswith(b"354"):
            return
        await self._answer(session, "354")
        message = await session.reader.readuntil(b"\r\n.\r\n")
        self.dots += 1
        # Kept before it is answered: "stored, then cut" is the case that makes duplicates.
        mail = ReceivedMail(session.envelope.get("MAIL", ""), session.envelope.get("RCPT", ""), message[:-3])
        session.envelope.clear()
        if await self._answer(session, "DOT", "250 2.0.0 queued as 1"):
            self.mails.append(mail)

    async def _answer(self, session: Session, command: str, *usual: str) -> bool:
        """Do what the script says, else the usual; whether it was the usual."""
        if self.script[command]:
            await self.script[command].popleft()(session)
            return False
        if usual:
            await say(*usual)(session)
        return True
