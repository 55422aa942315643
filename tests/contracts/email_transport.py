"""What every EmailTransport does, the one in memory and the one over SMTP."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Protocol

import pytest

from application.ports.email_transport import EmailTransport
from domain.email_address import EmailAddress
from domain.outcome import (
    Accepted,
    ConnectionLost,
    DeliveryOutcome,
    InDoubt,
    Phase,
    Refused,
    RelayUnavailable,
    Withheld,
)
from domain.outgoing_email import OutgoingEmail, RenderedEmail


def an_email(
    number: int = 1,
    *,
    rcpt_to: str = "anna@example.org",
    subject: str = "Your registration",
    html: str = "<p>Hello Anna</p>",
    text: str = "Hello Anna",
) -> OutgoingEmail:
    """Make a mail; `number` tells several apart."""
    local, _, domain = rcpt_to.partition("@")
    return OutgoingEmail(
        mail_from=EmailAddress(local="events", domain="example.com"),
        from_name="Takeoff",
        rcpt_to=EmailAddress(local=local, domain=domain),
        subject=subject,
        message_id=f"key-{number}@example.com",
        date=datetime(2027, 3, 1, 12, 0, tzinfo=UTC),
        content=RenderedEmail(html=html, text=text),
    )


MAIL_FROM = an_email().mail_from


async def allow(relay: str) -> bool:
    """Let every dot leave."""
    return bool(relay)


class Gate:
    """A `before_dot` that keeps in `asked` the relays for which it was awaited, then answers or raises."""

    def __init__(self, answer: bool | Exception = True) -> None:
        self.asked: list[str] = []
        self._answer = answer

    async def __call__(self, relay: str) -> bool:
        self.asked.append(relay)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Fate(Enum):
    """What the other side does to one mail."""

    ACCEPT = auto()
    REFUSE_RECIPIENT = auto()
    REFUSE_FOR_NOW = auto()
    BREAK_BEFORE_THE_DOT = auto()
    REFUSE_AT_THE_DOT = auto()
    BREAK_AFTER_THE_DOT = auto()
    TURN_US_AWAY = auto()


@dataclass(frozen=True)
class Delivery:
    """One mail as it arrived."""

    mail_from: str
    rcpt_to: str
    message_id: str


class Stage(Protocol):
    """A transport and the world behind it."""

    transport: EmailTransport

    @abstractmethod
    def deliveries(self) -> Sequence[Delivery]:
        """List what arrived, in order."""


class EmailTransportContract:
    """Subclass with a fixture `stage`, a Stage that plays `fates`, one a mail and in order, then accepts."""

    @pytest.fixture
    def fates(self, request: pytest.FixtureRequest) -> Sequence[Fate]:
        return getattr(request, "param", ())

    async def test_an_accepted_mail_arrives_once_under_its_own_envelope(self, stage: Stage) -> None:
        outcome = await stage.transport.send(an_email(), before_dot=allow)
        assert isinstance(outcome, Accepted)
        assert outcome.reply.is_positive
        assert outcome.relay
        assert stage.deliveries() == [Delivery("events@example.com", "anna@example.org", "key-1@example.com")]

    async def test_many_mails_at_once_arrive_once_each(self, stage: Stage) -> None:
        outcomes = await asyncio.gather(
            *(stage.transport.send(an_email(number), before_dot=allow) for number in range(20))
        )
        assert {type(outcome) for outcome in outcomes} == {Accepted}
        arrived = sorted(delivery.message_id for delivery in stage.deliveries())
        assert arrived == sorted(f"key-{number}@example.com" for number in range(20))

    @pytest.mark.parametrize(
        ("fates", "expected", "phase"),
        [
            ([Fate.REFUSE_RECIPIENT], Refused, Phase.RCPT),
            ([Fate.REFUSE_FOR_NOW], Refused, Phase.RCPT),
            ([Fate.BREAK_BEFORE_THE_DOT], ConnectionLost, Phase.DATA),
            ([Fate.REFUSE_AT_THE_DOT], Refused, Phase.DOT),
            ([Fate.BREAK_AFTER_THE_DOT], InDoubt, None),
            ([Fate.TURN_US_AWAY], RelayUnavailable, Phase.MAIL),
        ],
        indirect=["fates"],
    )
    async def test_a_failure_is_an_outcome_and_the_next_mail_is_not_touched_by_it(
        self, stage: Stage, expected: type[DeliveryOutcome], phase: Phase | None
    ) -> None:
        outcome = await stage.transport.send(an_email(1), before_dot=allow)
        assert type(outcome) is expected
        assert getattr(outcome, "phase", None) == phase
        assert isinstance(await stage.transport.send(an_email(2), before_dot=allow), Accepted)
        assert [delivery.message_id for delivery in stage.deliveries()] == ["key-2@example.com"]

    @pytest.mark.parametrize(
        ("fates", "permanent"),
        [([Fate.REFUSE_RECIPIENT], True), ([Fate.REFUSE_FOR_NOW], False)],
        indirect=["fates"],
    )
    async def test_a_refusal_carries_the_relays_own_word(self, stage: Stage, permanent: bool) -> None:
        outcome = await stage.transport.send(an_email(), before_dot=allow)
        assert isinstance(outcome, Refused)
        assert outcome.reply.is_permanent is permanent
        assert outcome.reply.text

    async def test_the_gate_is_asked_once_with_the_relays_name_before_anything_is_delivered(self, stage: Stage) -> None:
        delivered_when_asked = []

        async def before_dot(relay: str) -> bool:
            delivered_when_asked.append((relay, list(stage.deliveries())))
            return True

        outcome = await stage.transport.send(an_email(), before_dot=before_dot)
        assert isinstance(outcome, Accepted)
        assert delivered_when_asked == [(outcome.relay, [])]
        assert len(stage.deliveries()) == 1

    @pytest.mark.parametrize(
        ("fates", "asked"),
        [
            ([Fate.REFUSE_RECIPIENT], 0),
            ([Fate.REFUSE_FOR_NOW], 0),
            ([Fate.BREAK_BEFORE_THE_DOT], 0),
            ([Fate.TURN_US_AWAY], 0),
            ([Fate.REFUSE_AT_THE_DOT], 1),
            ([Fate.BREAK_AFTER_THE_DOT], 1),
        ],
        indirect=["fates"],
    )
    async def test_the_gate_is_asked_only_where_the_dot_is_next(self, stage: Stage, asked: int) -> None:
        gate = Gate()
        await stage.transport.send(an_email(), before_dot=gate)
        assert len(gate.asked) == asked

    async def test_a_mail_that_the_gate_withholds_is_not_delivered(self, stage: Stage) -> None:
        gate = Gate(False)
        outcome = await stage.transport.send(an_email(1), before_dot=gate)
        assert outcome == Withheld(relay=gate.asked[0])
        assert isinstance(await stage.transport.send(an_email(2), before_dot=allow), Accepted)
        assert [delivery.message_id for delivery in stage.deliveries()] == ["key-2@example.com"]

    @pytest.mark.parametrize("error", [RuntimeError("ledger"), TimeoutError("ledger"), ConnectionResetError("ledger")])
    async def test_an_error_of_the_gate_is_raised_and_nothing_is_delivered(
        self, stage: Stage, error: Exception
    ) -> None:
        """Also one that the network could have raised: it says nothing about the relay."""
        with pytest.raises(type(error), match="ledger"):
            await stage.transport.send(an_email(1), before_dot=Gate(error))
        assert isinstance(await stage.transport.send(an_email(2), before_dot=allow), Accepted)
        assert [delivery.message_id for delivery in stage.deliveries()] == ["key-2@example.com"]

    async def test_cancelling_while_the_gate_is_asked_raises_and_nothing_is_delivered(self, stage: Stage) -> None:
        reached = asyncio.Event()

        async def before_dot(relay: str) -> bool:
            reached.set()
            await asyncio.Event().wait()
            return bool(relay)

        sending = asyncio.create_task(stage.transport.send(an_email(1), before_dot=before_dot))
        await reached.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert isinstance(await stage.transport.send(an_email(2), before_dot=allow), Accepted)
        assert [delivery.message_id for delivery in stage.deliveries()] == ["key-2@example.com"]

    async def test_a_transport_that_works_is_available_and_a_probe_sends_nothing(self, stage: Stage) -> None:
        assert stage.transport.is_available
        assert await stage.transport.probe(MAIL_FROM)
        assert stage.deliveries() == []
