"""The wire: commands out, replies in, one at a time and never out of step."""

import asyncio
import socket
import ssl
import struct
from typing import cast

from aiosmtplib import SMTPResponse, SMTPServerDisconnected
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.protocol import SMTPProtocol

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
    """aiosmtplib's protocol with two guards that it lacks.

    It keeps what follows a complete reply in the same packet and gives it out as the next command's reply: a
    relay that says `354` and `250` at once would have its mail accepted before it was sent. And it drops what
    arrives between commands without a trace. Here both make the stream unusable.
    """

    def __init__(self) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.extensions: dict[str, str] = {}
        self.auth_methods: list[str] = []
        self._in_step = True
        self._tcp: asyncio.Transport | None = None

    @property
    def is_usable(self) -> bool:
        """Whether another command may be sent."""
        return self.is_connected and self._in_step

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
        self._tcp = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._tcp.set_write_buffer_limits(high=_HIGH_WATER_BYTES)

    def data_received(self, data: bytes) -> None:
        waiter = self._response_waiter
        awaited = self._response_pending and waiter is not None and not waiter.done()
        super().data_received(data)
        if not awaited or (waiter is not None and waiter.done() and self._buffer):
            self._in_step = False

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
        self.require_usable()
        async with asyncio.timeout(timeout_s):
            response = await self.execute_command(b"EHLO", name.encode())
        self.extensions, self.auth_methods = parse_esmtp_extensions(response.message)
        return self._checked(response)

    async def ask(self, *words: bytes, timeout_s: float) -> Reply:
        """Send one command and return its reply."""
        self.require_usable()
        # Not by aiosmtplib's timeout: asyncio.wait_for of Python 3.11 can lose a cancellation.
        async with asyncio.timeout(timeout_s):
            return self._checked(await self.execute_command(*words))

    async def read(self, *, timeout_s: float) -> Reply:
        """Return the reply to what was written before."""
        async with asyncio.timeout(timeout_s):
            return self._checked(await self.read_response())

    async def push(self, block: bytes, *, timeout_s: float) -> None:
        """Write one block of a body and wait until it is on its way."""
        self.write(block)
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
