"""One connection: SMTP as it should be, but for the rules."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable

from tests.faults.relay.journal import WireLog
from tests.faults.relay.options import Options
from tests.faults.relay.rules import Act, Point, Rule, RuleBook

_VERBS = frozenset({"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"})
# To what comes in one write with a command that was refused (RFC 2920 3.1); no rule is used up on it.
_OUT_OF_ORDER = "503 5.5.1 out of order"
_BYE = "221 2.0.0 bye"
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))

Store = Callable[[str, bytes], Awaitable[None]]


# An on-off linger of 0 s: without it abort() ends in order what was sent before (man 7 socket).
_LINGER_0 = struct.pack("ii", 1, 0)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a TCP reset, unless it has ended already."""
    if (connection := writer.get_extra_info("socket")) is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    writer.transport.abort()


class Hangup(Exception):
    """Ends the connection, in order unless it was reset before."""


class Session:
    """Talks to one client until one of the two has enough; `store` keeps a mail on disk."""

    def __init__(
        self,
        *,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        options: Options,
        contexts: dict[str, ssl.SSLContext],
        rules: RuleBook,
        wire: WireLog,
        store: Store,
    ) -> None:
        self._number = number
        self._reader = reader
        self._writer = writer
        self._options = options
        self._contexts = contexts
        self._rules = rules
        self._wire = wire
        self._store = store
        self._secure = False
        self._rcpt = ""
        self._refused = False
        self._mails = 0

    async def run(self) -> None:
        """Converse; raises Hangup, OSError or EOFError at its end."""
        self._wire.note(self._number, "CONNECT")
        if self._options.tls == "implicit":
            await self._handshake()
        await self._answer(Point.CONNECT, "220 relay.example ESMTP")
        while line := await self._next_line():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            self._wire.note(self._number, verb if verb in _VERBS else "?", secure=self._secure)
            await self._obey(verb, rest)

    async def _next_line(self) -> bytes:
        limit_s = self._options.idle_close_s or None
        try:
            async with asyncio.timeout(limit_s):
                return await self._reader.readline()
        except TimeoutError:
            self._say("421 4.4.2 idle for too long")
            raise Hangup from None

    async def _obey(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                await self._answer(Point.EHLO, *self._extensions())
            case "STARTTLS":
                if await self._answer(Point.STARTTLS, "220 2.0.0 go ahead"):
                    await self._handshake()
            case "AUTH":
                await self._authenticate(rest)
            case "MAIL":
                await self._begin_mail(rest)
            case "RCPT":
                await self._take_recipient(rest.partition("<")[2].rpartition(">")[0])
            case "DATA":
                await self._receive()
            case "RSET" | "NOOP" | "HELO":
                self._say("250 2.0.0 fine")
            case "QUIT":
                self._say(_BYE)
                raise Hangup
            case _:
                self._say("500 5.5.2 what?")

    def _extensions(self) -> list[str]:
        if self._options.bare:
            return ["250 relay.example"]
        names = ["relay.example", "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        names.append(f"SIZE {self._options.size_bytes}")
        if self._options.tls == "starttls" and not self._secure:
            names.append("STARTTLS")
        if self._options.auth:
            names.append("AUTH PLAIN LOGIN")
        return [f"250-{name}" for name in names[:-1]] + [f"250 {names[-1]}"]

    async def _handshake(self) -> None:
        if self._options.certificate == "stalled":
            await self._listen_in_silence()
        await self._writer.start_tls(self._contexts[self._options.certificate])
        self._secure = True

    async def _listen_in_silence(self) -> None:
        # What a client says in clear to somebody who does not shake hands belongs in the wire log.
        while data := await self._reader.read(65536):
            for verb in _VERBS:
                if verb.encode() in data:
                    self._wire.note(self._number, verb)
        raise Hangup

    async def _authenticate(self, rest: str) -> None:
        if rest.upper().startswith("LOGIN"):
            self._say("334 UGFzc3dvcmQ6")
            await self._reader.readline()
        await self._answer(Point.AUTH, "235 2.7.0 welcome")

    async def _begin_mail(self, rest: str) -> None:
        self._rcpt = ""
        if self._options.bare and not rest.endswith(">"):
            self._say("555 5.5.4 no parameters here")
            return
        if self._options.max_mails and self._mails >= self._options.max_mails:
            self._say("421 4.7.0 too many mails in one session")
            raise Hangup
        self._mails += 1
        self._refused = False
        await self._answer(Point.MAIL, "250 2.1.0 fine")

    async def _take_recipient(self, rcpt: str) -> None:
        if self._refused:
            self._say(_OUT_OF_ORDER)
            return
        self._rcpt = rcpt
        await self._answer(Point.RCPT, "250 2.1.5 fine")

    async def _receive(self) -> None:
        if self._refused:
            self._say(_OUT_OF_ORDER)
            return
        if not await self._answer(Point.DATA, "354 go on"):
            return
        rule = self._rules.choose(Point.BODY, self._rcpt)
        if rule is not None:
            # A receiver that does not read: what is under way waits in the two kernels.
            self._writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.sleep(rule.after_s)
            self._writer.transport.resume_reading()  # type: ignore[attr-defined]
            if rule.do is not Act.USUAL:
                await self._act(rule)
        content = await self._reader.readuntil(b"\r\n.\r\n")
        self._wire.note(self._number, "DOT", secure=self._secure)
        await self._conclude(content[:-3].translate(_SEVEN_BITS) if self._options.bare else content[:-3])

    async def _conclude(self, content: bytes) -> None:
        rule = self._rules.choose(Point.DOT, self._rcpt)
        if rule is not None and rule.store:
            await self._store(self._rcpt, content)
        if rule is not None:
            await asyncio.sleep(rule.after_s)
        if rule is not None and rule.do is not Act.USUAL:
            await self._act(rule)
            return
        if rule is None or not rule.store:
            await self._store(self._rcpt, content)
        self._say("250 2.0.0 kept")

    async def _answer(self, point: Point, *usual: str) -> bool:
        """Do what the rules say, else the usual; whether it was the usual."""
        rule = self._rules.choose(point, self._rcpt)
        if rule is not None:
            await asyncio.sleep(rule.after_s)
            if rule.do is not Act.USUAL:
                self._refused = rule.do is Act.REPLY and rule.text.startswith(("4", "5"))
                await self._act(rule)
                return False
        self._say(*usual)
        return True

    async def _act(self, rule: Rule) -> None:
        match rule.do:
            case Act.REPLY:
                self._say(*rule.text.split("\n"))
                if rule.text.startswith("421"):
                    raise Hangup
            case Act.RAW:
                self._writer.write(rule.text.encode("latin-1"))
            case Act.DRIP:
                for byte in f"{rule.text}\r\n".encode():
                    self._writer.write(bytes([byte]))
                    await asyncio.sleep(rule.pause_s)
            case Act.STALL:
                while await self._reader.read(65536):
                    pass
                raise Hangup
            case Act.RESET:
                reset(self._writer)
                raise Hangup
            case _:
                raise Hangup

    def _say(self, *lines: str) -> None:
        if self._writer.transport.is_closing():
            raise Hangup  # the client left while its mail was kept
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
