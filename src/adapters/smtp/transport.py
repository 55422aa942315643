"""Mail over SMTP: the relays in their order or by their weights, each behind its breaker."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from adapters.smtp.mime import compose
from adapters.smtp.relay import Relay
from adapters.smtp.rotation import Rotation
from adapters.smtp.route import Route
from adapters.smtp.timeouts import Timeouts
from adapters.smtp.tls import verifying_context
from application.failpoints import Reach, pass_by
from application.ports.clock import Clock
from application.ports.email_transport import BeforeDot, EmailTransport
from application.ports.observer import Observer
from application.ports.rate_limiter import RateLimiter
from domain.email_address import EmailAddress
from domain.outcome import DeliveryOutcome, RelayUnavailable, Unsendable
from domain.outgoing_email import OutgoingEmail


class SmtpEmailTransport(EmailTransport):
    """Tries the relays one after the other, the next only where one is unavailable or can never take this mail.

    Which comes first is the rotation's. `concurrency` is how many mails there are at a time; as many connections per
    relay are kept between them. Entering raises OSError where a relay's `ca_file` cannot be read.
    """

    def __init__(
        self,
        *,
        relays: Sequence[Relay],
        concurrency: int,
        clock: Clock,
        observer: Observer,
        limiter: RateLimiter,
        timeouts: Timeouts | None = None,
        reach: Reach = pass_by,
    ) -> None:
        if not relays:
            raise ValueError("at least one relay is needed")
        self._relays = relays
        self._concurrency = concurrency
        self._clock = clock
        self._observer = observer
        self._limiter = limiter
        self._timeouts = timeouts or Timeouts()
        self._reach = reach
        self._routes: list[Route] = []
        self._rotation = Rotation(weights=[relay.weight for relay in relays], concurrency=concurrency)

    async def __aenter__(self) -> Self:
        self._routes = [self._route(relay) for relay in self._relays]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for route in self._routes:
            await route.close()

    async def send(self, email: OutgoingEmail, *, before_dot: BeforeDot) -> DeliveryOutcome:
        self._start_due_probes(email.mail_from)  # nobody else asks a relay that is down while another one works
        message = compose(email)
        failures: list[RelayUnavailable | Unsendable] = []
        order = self._rotation.order(
            is_available=[route.is_available for route in self._routes],
            in_flight=[route.in_flight for route in self._routes],
        )
        for number in order:
            outcome = await self._routes[number].send(email, message, before_dot)
            if not isinstance(outcome, RelayUnavailable | Unsendable):
                return outcome
            failures.append(outcome)
        # A relay that is down might take what the others never can: then the mail waits for it.
        return next((failure for failure in reversed(failures) if isinstance(failure, RelayUnavailable)), failures[-1])

    @property
    def is_available(self) -> bool:
        return any(route.is_available for route in self._routes)

    @property
    def availability(self) -> Mapping[str, bool]:
        return {relay.name: route.is_up for relay, route in zip(self._relays, self._routes, strict=False)}

    async def probe(self, mail_from: EmailAddress) -> bool:
        if probes := self._start_due_probes(mail_from):
            # A relay that stalls must not hide that another one is back; what goes on is met by the next call.
            await asyncio.wait(probes, return_when=asyncio.FIRST_COMPLETED)
        return self.is_available

    def _start_due_probes(self, mail_from: EmailAddress) -> list[asyncio.Task[None]]:
        return [probe for route in self._routes if (probe := route.probe(mail_from))]

    def _route(self, relay: Relay) -> Route:
        return Route(
            relay=relay,
            context=verifying_context(relay.ca_file),
            max_idle=self._concurrency,
            timeouts=self._timeouts,
            clock=self._clock,
            observer=self._observer,
            limiter=self._limiter,
            reach=self._reach,
        )
