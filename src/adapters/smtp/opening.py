"""From nothing to a connection that takes mails: connect, TLS, greeting, EHLO, login."""

import asyncio
import ipaddress
import socket
import ssl

from aiosmtplib.auth import auth_login_encode, auth_plain_encode

from adapters.smtp.connection import Connection
from adapters.smtp.phase_failure import AUTH_REFUSED, FAILURES, SERVICE_CLOSING, PhaseFailed, translate
from adapters.smtp.phase_watch import PhaseWatch
from adapters.smtp.relay import Pipelining, Relay, TlsMode
from adapters.smtp.reply_stream import ReplyStream
from adapters.smtp.timeouts import Timeouts
from application.failpoints import Failpoint, Reach, pass_by
from application.ports.clock import Clock
from domain.outcome import Phase, RelayUnavailable
from domain.reply import Reply
from domain.timing_events import PhaseTime


class Opening:
    """One try to open a connection; on any failure what there is of it is reset."""

    def __init__(
        self, *, relay: Relay, context: ssl.SSLContext, timeouts: Timeouts, clock: Clock, reach: Reach = pass_by
    ) -> None:
        self._relay = relay
        self._context = context
        self._timeouts = timeouts
        self._reach = reach
        self._stream = ReplyStream()
        self._clock = clock
        self._watch = PhaseWatch(clock=clock, phase=Phase.CONNECT)

    async def run(self) -> Connection | RelayUnavailable:
        """Open, or say what stood in the way."""
        opened_at_s = self._clock.monotonic_s()
        try:
            await self._dial()
        except FAILURES as err:
            self._stream.reset()
            failed = translate(err)
            return RelayUnavailable(
                phase=self._watch.phase, cause=failed.cause, relay=self._relay.name, reply=failed.reply
            )
        except BaseException:
            self._stream.reset()
            raise
        self._reach(Failpoint.AFTER_CONNECT)
        return Connection(
            relay=self._relay.name,
            stream=self._stream,
            timeouts=self._timeouts,
            opened_at_s=opened_at_s,
            pipelining=self._relay.pipelining is Pipelining.AUTO and "pipelining" in self._stream.extensions,
            clock=self._clock,
            reach=self._reach,
        )

    def times(self) -> tuple[PhaseTime, ...]:
        """How long each phase took that was begun."""
        return self._watch.take()

    async def _dial(self) -> None:
        self._watch.enter(Phase.CONNECT)
        async with asyncio.timeout(self._timeouts.connect_s):
            await self._connect()
        if self._relay.tls is TlsMode.IMPLICIT:
            await self._secure()
        self._watch.enter(Phase.GREETING)
        _require(await self._stream.read(timeout_s=self._timeouts.greeting_s))
        await self._ehlo()
        if self._relay.tls is TlsMode.STARTTLS:
            await self._starttls()
        if self._relay.user is not None:
            self._watch.enter(Phase.AUTH)
            await self._log_in(self._relay.user, self._relay.password or "")

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        # Looked up by ourselves: create_connection over several addresses loses the reason of the failure.
        found = await loop.getaddrinfo(self._relay.host, self._relay.port, type=socket.SOCK_STREAM)
        failure = OSError("no address")
        for _, _, _, _, address in found:
            try:
                # Each address gets its share, so that a dead IPv6 route does not use up the time of IPv4.
                async with asyncio.timeout(self._timeouts.connect_s / len(found)):
                    await loop.create_connection(lambda: self._stream, str(address[0]), int(address[1]))
            except OSError as err:
                failure = err
            else:
                return
        raise failure

    async def _secure(self) -> None:
        self._watch.enter(Phase.TLS)
        await self._stream.secure(self._context, self._relay.host, timeout_s=self._timeouts.tls_s)

    async def _ehlo(self) -> None:
        self._watch.enter(Phase.EHLO)
        _require(await self._stream.ehlo(_own_name(self._stream.own_ip), timeout_s=self._timeouts.ehlo_s))

    async def _starttls(self) -> None:
        self._watch.enter(Phase.TLS)
        if "starttls" not in self._stream.extensions:
            raise PhaseFailed("starttls_missing")
        _require(await self._stream.ask(b"STARTTLS", timeout_s=self._timeouts.tls_s))
        await self._secure()
        await self._ehlo()

    async def _log_in(self, user: str, password: str) -> None:
        ask, timeout_s = self._stream.ask, self._timeouts.auth_s
        if "plain" in self._stream.auth_methods:
            reply = await ask(b"AUTH PLAIN " + auth_plain_encode(user, password), timeout_s=timeout_s)
        elif "login" in self._stream.auth_methods:
            first, second = auth_login_encode(user, password)
            reply = await ask(b"AUTH LOGIN " + first, timeout_s=timeout_s)
            if reply.code == 334:
                reply = await ask(second, timeout_s=timeout_s)
        else:
            raise PhaseFailed("auth_missing")
        if not reply.is_positive:
            # A relay that shuts down has said nothing about the password.
            raise PhaseFailed("reply" if reply.code == SERVICE_CLOSING else AUTH_REFUSED, reply)


def _require(reply: Reply) -> None:
    if not reply.is_positive:
        raise PhaseFailed("reply", reply)


def _own_name(own_ip: str) -> str:
    """Name this host for EHLO: a full name if it has one, else its address literal (RFC 5321 4.1.3)."""
    name = socket.gethostname()
    if "." in name and name.isascii() and name.isprintable() and " " not in name:
        return name
    return f"[{own_ip}]" if ipaddress.ip_address(own_ip).version == 4 else f"[IPv6:{own_ip}]"
