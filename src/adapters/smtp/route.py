"""One relay with its connections, its breaker and its pace.

States of the way to a relay, written here only (the breaker's own are in domain/breaker.py):

    UNPROVEN --a connection opens--> PROVEN       one at a time may try before, so that a wrong password is sent once
    PROVEN --no new connection for a minute--> UNPROVEN

    QUIET --the breaker is open and a probe is due--> PROBING        begun by a mail or by `probe`, in its own task
    PROBING --the relay answers, or fails--> QUIET                   the breaker hears of it

While the breaker is open no mail is tried, and what mails that were under way find out counts no more: a connection
from before may work although new logins are refused, and many late failures are still one outage.
"""

import asyncio
import ssl
from contextvars import Context
from math import inf

from adapters.smtp.connection import Connection
from adapters.smtp.idle_connections import IdleConnections
from adapters.smtp.opening import Opening
from adapters.smtp.pace import Pace
from adapters.smtp.phase_failure import AUTH_REFUSED
from adapters.smtp.relay import Relay
from adapters.smtp.timeouts import Timeouts
from application.failpoints import Reach
from application.ports.clock import Clock
from application.ports.email_transport import BeforeDot
from application.ports.observer import Observer
from application.ports.rate_limiter import RateLimiter
from domain.breaker import Breaker
from domain.email_address import EmailAddress
from domain.outcome import DeliveryOutcome, Phase, RelayUnavailable, Unsendable
from domain.outgoing_email import OutgoingEmail
from domain.timing_events import DialogueEnded, PhaseTime
from domain.worker_events import RelayBack, RelayDown, RelaySlowed

# A password that was changed is not sent by all mails of a burst at once.
_PROVEN_S = 60.0


class Route:
    """Mails and probes for one relay; tells the observer when it goes down and comes back.

    `in_flight` is how many mails are with it.
    """

    def __init__(
        self,
        *,
        relay: Relay,
        context: ssl.SSLContext,
        max_idle: int,
        timeouts: Timeouts,
        clock: Clock,
        observer: Observer,
        limiter: RateLimiter,
        reach: Reach,
    ) -> None:
        self._relay = relay
        self._context = context
        self._timeouts = timeouts
        self._reach = reach
        self._idle = IdleConnections(max_idle=max_idle, clock=clock)
        self._clock = clock
        self._observer = observer
        self._breaker = Breaker()
        self._pace = Pace(relay=relay.name, limiter=limiter, clock=clock)
        self.in_flight = 0
        self._first_contact = asyncio.Lock()
        self._last_failure: RelayUnavailable | None = None
        self._proven_until_s = -inf
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_available(self) -> bool:
        """Whether mails may be tried."""
        return self.is_up and not self._pace.is_resting

    @property
    def is_up(self) -> bool:
        """Whether the relay works, as far as is known."""
        return not self._breaker.is_open

    async def send(self, email: OutgoingEmail, message: bytes, before_dot: BeforeDot) -> DeliveryOutcome:
        """Try once when it is the mail's turn; a connection that died since its last mail is replaced.

        Answers at once at an open breaker, and where the turn will not come soon. Raises LedgerUnavailable.
        """
        if self._breaker.is_open:
            return self._closed()
        self.in_flight += 1
        try:
            return await self._send(email, message, before_dot)
        finally:
            self.in_flight -= 1

    async def _send(self, email: OutgoingEmail, message: bytes, before_dot: BeforeDot) -> DeliveryOutcome:
        if not await self._pace.turn():
            return RelayUnavailable(phase=Phase.CONNECT, cause="rate_limit", relay=self._relay.name)
        if self._breaker.is_open:
            return self._closed()
        if reused := self._idle.take():
            outcome = await self._deliver(reused, email, message, before_dot)
            # Idle connections die without a word, and relays end them by count: only a new one tells (F31, F32).
            if not isinstance(outcome, RelayUnavailable):
                return self._noted(outcome)
        opened = await self._open()
        if isinstance(opened, Connection):
            return self._noted(await self._deliver(opened, email, message, before_dot))
        return self._noted(opened)

    def probe(self, mail_from: EmailAddress) -> asyncio.Task[None] | None:
        """Start a probe where one is due; returns the one that is under way, if any."""
        if self._probing is None or self._probing.done():
            is_due = self._breaker.may_probe(self._clock.monotonic_s())
            # In a context of its own: the mail that happens to start it must not have the probe in its trace.
            self._probing = asyncio.create_task(self._probe(mail_from), context=Context()) if is_due else None
        return self._probing

    async def close(self) -> None:
        """End a probe at once and idle connections politely."""
        if self._probing:
            self._probing.cancel()
            await asyncio.wait({self._probing})
        await self._idle.close()

    async def _open(self) -> Connection | RelayUnavailable:
        if not self._is_proven():
            known_failure = self._last_failure
            async with self._first_contact:
                if self._last_failure is not None and self._last_failure is not known_failure:
                    # It failed while this mail waited: five mails must not wait for five timeouts in a row.
                    return self._last_failure
                if not self._is_proven():
                    return await self._dial_where_mails_may_go()
        return await self._dial_where_mails_may_go()

    async def _dial_where_mails_may_go(self) -> Connection | RelayUnavailable:
        # It may have opened while the mail waited, or was on a connection that failed.
        return self._closed() if self._breaker.is_open else await self._dial()

    def _is_proven(self) -> bool:
        return self._clock.monotonic_s() < self._proven_until_s

    async def _dial(self) -> Connection | RelayUnavailable:
        opening = Opening(
            relay=self._relay, context=self._context, timeouts=self._timeouts, clock=self._clock, reach=self._reach
        )
        try:
            opened = await opening.run()
        finally:
            self._tell(opening.times())
        if isinstance(opened, Connection):
            self._proven_until_s = self._clock.monotonic_s() + _PROVEN_S
        else:
            self._last_failure = opened
        return opened

    async def _deliver(
        self, connection: Connection, email: OutgoingEmail, message: bytes, before_dot: BeforeDot
    ) -> DeliveryOutcome:
        try:
            outcome = await connection.deliver(email, message, before_dot)
        finally:
            self._tell(connection.times())
        if isinstance(outcome, RelayUnavailable):
            connection.stream.hang_up()
        else:
            self._idle.give_back(connection)
        self._keep_nothing_in_vain()
        return outcome

    async def _probe(self, mail_from: EmailAddress) -> None:
        began_s = self._clock.monotonic_s()
        opened = await self._dial()
        failure = await self._ask(opened, mail_from) if isinstance(opened, Connection) else opened
        if failure:
            # From its begin, since a probe may take as long as the pause; but logins are a full minute apart.
            self._fail(failure, self._clock.monotonic_s() if _is_login_refused(failure) else began_s)
        elif isinstance(opened, Connection):
            self._idle.give_back(opened)
            down_s = self._breaker.succeed(self._clock.monotonic_s())
            self._observer.notify(RelayBack(relay=self._relay.name, down_s=down_s or 0.0))

    async def _ask(self, connection: Connection, mail_from: EmailAddress) -> RelayUnavailable | None:
        try:
            return await connection.probe(mail_from)
        finally:
            self._tell(connection.times())

    def _tell(self, phases: tuple[PhaseTime, ...]) -> None:
        if phases:
            self._observer.notify(DialogueEnded(relay=self._relay.name, phases=phases))

    def _noted(self, outcome: DeliveryOutcome) -> DeliveryOutcome:
        """Let the breaker hear of a mail; only what got past MAIL says that the relay works."""
        now_s = self._clock.monotonic_s()
        if isinstance(outcome, RelayUnavailable):
            if not self._breaker.is_open or _is_login_refused(outcome):
                self._fail(outcome, now_s)
        elif not (self._breaker.is_open or isinstance(outcome, Unsendable)):
            self._breaker.succeed(now_s)
        reply = getattr(outcome, "reply", None)
        if reply and reply.asks_for_less and self._pace.throttle.complain(now_s):
            pace_per_s = self._pace.throttle.pace_per_s(now_s) or 0.0
            self._observer.notify(RelaySlowed(relay=self._relay.name, pace_per_s=pace_per_s, reply_code=reply.code))
        return outcome

    def _fail(self, failure: RelayUnavailable, at_s: float) -> None:
        if self._breaker.fail(at_s, login_refused=_is_login_refused(failure)):
            code = failure.reply.code if failure.reply else None
            self._observer.notify(
                RelayDown(relay=failure.relay, phase=failure.phase, cause=failure.cause, reply_code=code)
            )
        self._keep_nothing_in_vain()

    def _keep_nothing_in_vain(self) -> None:
        # What failed may have been this host: out of file descriptors, the probe needs one, and so does the broker.
        if self._breaker.is_open:
            self._idle.part_with_all()

    def _closed(self) -> RelayUnavailable:
        return RelayUnavailable(phase=Phase.CONNECT, cause="breaker_open", relay=self._relay.name)


def _is_login_refused(failure: RelayUnavailable) -> bool:
    return failure.cause == AUTH_REFUSED
