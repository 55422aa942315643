"""A relay in this process that notes when it said 250 to which recipient's mail."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

_RCPT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
_END = b"\r\n.\r\n"


class TimedSession(asyncio.Protocol):
    """As much of RFC 5321 as mail of good clients needs; `accepted` maps recipients to monotonic times."""

    def __init__(self, accepted: dict[str, float]) -> None:
        self._accepted = accepted
        self._buffer = b""
        self._recipient = ""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._say(b"220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_mail() if self._in_data else self._take_command():
            pass

    def _take_mail(self) -> bool:
        mail, end, rest = self._buffer.partition(_END)
        if not end:
            return False
        self._buffer, self._in_data = rest, False
        self._say(b"250 2.0.0 Ok")
        self._accepted[self._recipient] = time.monotonic()
        return bool(mail)

    def _take_command(self) -> bool:
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            return False
        self._buffer = rest
        if recipient := _RCPT.match(line):
            self._recipient = recipient[1].decode()
        match line[:4].upper():
            case b"DATA":
                self._in_data = True
                self._say(b"354 go on")
            case b"QUIT":
                self._say(b"221 bye")
                self._transport.close()
            case b"EHLO":
                self._say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
            case _:
                self._say(b"250 2.0.0 Ok")
        return True

    def _say(self, reply: bytes) -> None:
        self._transport.write(reply + b"\r\n")


@asynccontextmanager
async def timed_sink(port: int) -> AsyncIterator[dict[str, float]]:
    """Listen on loopback; gives what was accepted, and grows."""
    accepted: dict[str, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: TimedSession(accepted), "127.0.0.1", port)
    async with server:
        yield accepted
