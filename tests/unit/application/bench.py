"""The use cases of one worker on fakes, wired as the container wires them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from adapters.memory.ledger import InMemoryLedger, LedgerStore
from application.failpoints import Failpoint
from application.ports.email_transport import BeforeDot, EmailTransport
from application.use_cases.assemble_email import AssembleEmail
from application.use_cases.attempt_email import AttemptEmail, AttemptRules
from application.use_cases.deliver_email import DeliverEmail
from application.use_cases.domain_lanes import DomainLanes
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.prepare_email import PrepareEmail
from application.use_cases.settle_message import SettleMessage
from domain.category_rules import CategoryRules
from domain.email_address import EmailAddress
from domain.email_job import InDoubtPolicy
from domain.email_task import EmailTask
from domain.outcome import Accepted, DeliveryOutcome, Withheld
from domain.outgoing_email import OutgoingEmail
from domain.reply import Reply
from domain.retry_policy import RetryPolicy
from tests.doubles.addresses import SplitAtSign
from tests.doubles.clock import START, ManualClock
from tests.doubles.codec import NamedTasks
from tests.doubles.observer import RecordingObserver
from tests.doubles.parts import NamedCalendar, NamedQr
from tests.doubles.renderer import NO_RULES, OneCategory
from tests.doubles.source import ScriptedSource

GOOD = EmailTask(
    to="alice@example.org", category="welcome", subject="Hello", first_name="Alice", task_id="t-1", created_at=START
)
BUG = EmailTask(to="alice@example.org", category="welcome", subject="Hello", first_name="bug", task_id="t-2")
LOOP = EmailTask(to="alice@example.org", category="welcome", subject="Hello", first_name="loop", task_id="t-3")
LATER = EmailTask(
    to="alice@example.org",
    category="welcome",
    subject="Hello",
    first_name="Alice",
    task_id="t-4",
    send_at=START + timedelta(hours=1),
)
OTHER = EmailTask(to="bob@example.org", category="welcome", subject="Hello", first_name="Bob", task_id="t-1")
SENDER = EmailAddress(local="tickets", domain="takeoff.test")
RELAY = "r:25"
ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 ok"), relay=RELAY)
LEASE_S = 30.0


class ScriptedTransport(EmailTransport):
    """Asks before the dot and gives the outcome that comes next, or never ends where that is None."""

    def __init__(self, outcomes: Iterable[DeliveryOutcome | None]) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[OutgoingEmail] = []
        self.dots = 0
        self.before_dot: Callable[[], Awaitable[None]] | None = None
        self.available = True
        self.probes = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def send(self, email: OutgoingEmail, *, before_dot: BeforeDot) -> DeliveryOutcome:
        self.sent.append(email)
        outcome = self._outcomes.pop(0) if self._outcomes else ACCEPTED
        if outcome is None:
            await asyncio.Event().wait()
        assert outcome
        if self.before_dot:
            await self.before_dot()
        if not await before_dot(RELAY):
            return Withheld(relay=RELAY)
        self.dots += 1
        return outcome

    @property
    def is_available(self) -> bool:
        return self.available

    @property
    def availability(self) -> Mapping[str, bool]:
        return {RELAY: self.available}

    async def probe(self, mail_from: EmailAddress) -> bool:
        self.probes += 1
        return self.available


class Bench:
    """One worker; several may share a `store`."""

    def __init__(
        self,
        *outcomes: DeliveryOutcome | None,
        in_doubt: InDoubtPolicy = InDoubtPolicy.RESEND,
        rules: CategoryRules = NO_RULES,
        store: LedgerStore | None = None,
        clock: ManualClock | None = None,
        lane_width: int | None = None,
    ) -> None:
        self.source = ScriptedSource()
        self.observer = RecordingObserver()
        self.transport = ScriptedTransport(outcomes)
        self.clock = clock or ManualClock()
        self.ledger = InMemoryLedger(clock=self.clock, lease_s=LEASE_S, store=store)
        self.passed: list[Failpoint] = []
        self.guard = GuardIntake(
            source=self.source,
            transport=self.transport,
            ledger=self.ledger,
            observer=self.observer,
            clock=self.clock,
            mail_from=SENDER,
        )
        prepare = PrepareEmail(
            codec=NamedTasks(good=GOOD, bug=BUG, loop=LOOP, later=LATER, other=OTHER),
            addresses=SplitAtSign(),
            renderer=OneCategory(rules),
            assemble=AssembleEmail(
                qr=NamedQr(), calendar=NamedCalendar(), mail_from=SENDER, from_name="", idempotency_header=""
            ),
            clock=self.clock,
            fresh_key=lambda: "fresh",
        )
        attempt = AttemptEmail(
            ledger=self.ledger,
            prepare=prepare,
            transport=self.transport,
            guard=self.guard,
            observer=self.observer,
            clock=self.clock,
            rules=AttemptRules(retry=RetryPolicy(base_s=30), in_doubt=in_doubt),
            jitter=lambda: 0.5,
            reach=self.passed.append,
        )
        self.deliver = DeliverEmail(
            source=self.source,
            prepare=prepare,
            ledger=self.ledger,
            attempt=attempt,
            settle=SettleMessage(source=self.source, observer=self.observer, clock=self.clock),
            guard=self.guard,
            lanes=DomainLanes(width=lane_width, patience_s=0.02),
            observer=self.observer,
            clock=self.clock,
            reach=self.passed.append,
        )
