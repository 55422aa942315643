"""The wire: commands out, alone or in groups, replies in, in order and never out of step."""

import asyncio
import socket
import ssl
import struct
from collections import deque
from typing import cast

from aiosmtplib import SMTPException, SMTPResponse, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.protocol import COMMAND_INJECTION_REGEX, MAX_RESPONSE_LENGTH, SMTPProtocol

from adapters.smtp.phase_failure import SERVICE_CLOSING, PhaseFailed
from domain.reply import Reply

# A hospital copy carries the text in a header, and all headers of a message share one frame of 128 kB.
_MAX_TEXT_BYTES = 2048
# An on-off linger with a wait of 0 s: the kernel drops what it holds and sends a reset (man 7 socket).
_LINGER_0 = struct.pack("ii", 1, 0)
# Resume only when nothing is left, so that a drained block is in the kernel. Above 0, since asyncio's and
# uvloop's TLS transports pause at "size >= high", which 0 always is.
_HIGH_WATER_BYTES = 1


class ReplyStream(SMTPProtocol):
    """aiosmtplib's protocol, its parser included, with a count of the replies that are owed to us.

    The library knows one command at a time (it loses what follows a reply in the same packet, or gives it out as the
    next command's: a relay that says `354` and `250` at once would have its mail accepted before it was sent), and it
    drops what comes unasked without a trace. Here a byte beyond the last reply that is owed makes the stream unusable.
    """

    def __init__(self) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.extensions: dict[str, str] = {}
        self.auth_methods: list[str] = []
        self._owed = 1  # the greeting
        self._replies: deque[SMTPResponse] = deque()
        self._failure: SMTPException | None = None
        self._in_step = True
        self._tcp: asyncio.Transport | None = None

    @property
    def is_usable(self) -> bool:
        """Whether another command may be sent."""
        return self.is_connected and self._in_step and not self._owed

    @property
    def peer_ip(self) -> str:
        """The address that we are connected to."""
        return str(self._tcp.get_extra_info("peername")[0]) if self._tcp else ""

    @property
    def own_ip(self) -> str:
        """The address that we are connected from."""
        return str(self._tcp.get_extra_info("sockname")[0]) if self._tcp else ""

    @property
    def tls_version(self) -> str:
        """The negotiated version, such as `TLSv1.3`, or "" on a plain link."""
        tls = self.transport.get_extra_info("ssl_object") if self.transport else None
        return tls.version() if tls else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._response_waiter = None
        self._tcp = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._tcp.set_write_buffer_limits(high=_HIGH_WATER_BYTES)

    def data_received(self, data: bytes) -> None:
        if not self._owed:
            self._in_step = False
            return
        self._buffer += data
        try:
            self._take_replies(is_line_complete=b"\n" in data)
        except SMTPException as err:
            self._owed = 0
            self._failure = err
        if not self._owed and self._buffer:
            self._in_step = False
        self._wake()

    def _take_replies(self, *, is_line_complete: bool) -> None:
        while self._owed and self._buffer:
            before_bytes = len(self._buffer)
            response = self._read_response_from_buffer() if is_line_complete else None
            if (before_bytes if response is None else before_bytes - len(self._buffer)) > MAX_RESPONSE_LENGTH:
                raise SMTPResponseException(-1, "response too long")
            if response is None:
                return
            self._owed -= 1
            self._replies.append(response)

    def _wake(self) -> None:
        waiter = self._response_waiter
        if waiter is None or waiter.done():
            return
        if self._replies:
            waiter.set_result(self._replies.popleft())
        elif self._failure:
            waiter.set_exception(self._failure)

    def require_usable(self) -> None:
        """Raise where the connection is gone or a byte came unasked."""
        if not self.is_connected:
            raise SMTPServerDisconnected("connection lost")
        if not self._in_step:
            raise PhaseFailed("garbled")

    async def secure(self, context: ssl.SSLContext, host: str, *, timeout_s: float) -> None:
        """Encrypt and verify; the next EHLO replaces what was learnt before (RFC 3207 4.2)."""
        self.require_usable()
        if self._tcp is None:
            raise SMTPServerDisconnected("not connected")
        async with asyncio.timeout(timeout_s):
            tls = await self._loop.start_tls(
                self._tcp,
                self,
                context,
                server_hostname=host,
                # Never the first to fire: its exception does not tell a timeout from an abort.
                ssl_handshake_timeout=timeout_s + 1,
            )
        if tls is None:
            raise SMTPServerDisconnected("lost in the handshake")
        tls.set_write_buffer_limits(high=_HIGH_WATER_BYTES)
        self.transport = tls

    async def ehlo(self, name: str, *, timeout_s: float) -> Reply:
        """Introduce ourselves and learn the relay's extensions."""
        self.send(b"EHLO " + name.encode())
        response = await self._next_response(timeout_s)
        self.extensions, self.auth_methods = parse_esmtp_extensions(response.message)
        return self._checked(response)

    def send(self, *commands: bytes) -> None:
        """Write these commands at once (RFC 2920 3.1); `read` gives their replies, one a call and in order."""
        self.require_usable()
        if any(map(COMMAND_INJECTION_REGEX.search, commands)):
            raise ValueError("a command has a control character")
        self._owed += len(commands)
        self.write(b"\r\n".join(commands) + b"\r\n")

    async def ask(self, command: bytes, *, timeout_s: float) -> Reply:
        """Send one command and return its reply."""
        self.send(command)
        return await self.read(timeout_s=timeout_s)

    async def read(self, *, timeout_s: float) -> Reply:
        """Return the next reply that is owed, which may have come already."""
        return self._checked(await self._next_response(timeout_s))

    async def _next_response(self, timeout_s: float) -> SMTPResponse:
        if self._replies:
            return self._replies.popleft()
        if self._failure:
            raise self._failure
        if self.transport is None:
            raise SMTPServerDisconnected("connection lost")
        self._response_waiter = self._loop.create_future()
        # Not by aiosmtplib's timeout: asyncio.wait_for of Python 3.11 can lose a cancellation.
        async with asyncio.timeout(timeout_s):
            return await self._response_waiter

    async def push(self, block: bytes, *, timeout_s: float) -> None:
        """Write one block of a body and wait until it is on its way."""
        self.write(block)
        if self._paused:
            async with asyncio.timeout(timeout_s):
                await self._drain_helper()

    def reset(self) -> None:
        """End the connection with a TCP reset: a plain close would let the kernel deliver what it still holds."""
        if self._tcp is None:
            return
        if not self._tcp.is_closing():
            sock: socket.socket = self._tcp.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
        self._tcp.abort()

    def hang_up(self) -> None:
        """End the connection when nothing is pending in either direction."""
        if self._tcp is not None:
            self._tcp.abort()

    def _checked(self, response: SMTPResponse) -> Reply:
        if not 200 <= response.code <= 599:
            raise PhaseFailed("garbled")
        if response.code == SERVICE_CLOSING:
            self._in_step = False
        return Reply(code=response.code, text=_harmless(response.message))


def _harmless(text: str) -> str:
    """Make one line of a stranger's text: no control or other unprintable character, at most 2 kB."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text[:_MAX_TEXT_BYTES])
    return text.encode()[:_MAX_TEXT_BYTES].decode(errors="ignore")
