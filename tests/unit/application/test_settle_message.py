"""A decision lasts, whatever the broker says to it at first."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.message_source import HospitalLetter, Message, MessageGone, SettlementRefused
from application.use_cases.settle_message import SettleMessage
from domain.events import Event
from domain.failure_reason import FailureKind, FailureReason
from domain.mail_events import (
    DuplicateSuppressed,
    EmailHospitalised,
    EmailRetryScheduled,
    EmailSent,
    EmailWaiting,
    MessageHandedBack,
    SettlementDelayed,
    SettlementLost,
)
from domain.mail_label import MailLabel
from domain.next_step import Finish, HandBack, Hospitalise, Retry, Settlement, Suppress, Wait
from domain.reply import Reply
from tests.doubles.clock import START, ManualClock
from tests.doubles.observer import RecordingObserver
from tests.doubles.source import ScriptedSource

MESSAGE = Message(body=b"body")
MAIL = MailLabel(key="k1", category="welcome", domain="example.org")
BUSY = Reply(code=451, text="4.3.2 busy with alice@example.org")
FINISH = Finish(attempts=1, reply=Reply(code=250, text="ok"), relay="r:25")


async def settle(
    step: Settlement, *, failures: tuple[Exception, ...] = (), advance_s: float = 0, mail: MailLabel = MAIL
) -> tuple[ScriptedSource, RecordingObserver, ManualClock]:
    source, observer, clock = ScriptedSource(failures=failures), RecordingObserver(), ManualClock()
    use_case = SettleMessage(source=source, observer=observer, clock=clock)
    running = asyncio.create_task(use_case(MESSAGE, mail, step, started_s=-2.0))
    await clock.advance(advance_s)
    await asyncio.wait_for(running, 1)
    return source, observer, clock


@pytest.mark.parametrize(
    ("step", "verb", "event"),
    [
        (
            FINISH,
            ("ack", MESSAGE),
            EmailSent(mail=MAIL, attempts=1, relay="r:25", reply_code=250, duration_s=2),
        ),
        (
            Retry(delay_s=30, attempts=1, cause="rcpt", relay="r:25", reply=BUSY),
            ("postpone", MESSAGE, "k1", 1, START + timedelta(seconds=30)),
            EmailRetryScheduled(
                mail=MAIL,
                attempts=1,
                cause="rcpt",
                relay="r:25",
                reply_code=451,
                enhanced_code="4.3.2",
                delay_s=30,
                duration_s=2,
            ),
        ),
        (
            Retry(delay_s=30, attempts=1, cause="body", relay="r:25"),
            ("postpone", MESSAGE, "k1", 1, START + timedelta(seconds=30)),
            EmailRetryScheduled(
                mail=MAIL,
                attempts=1,
                cause="body",
                relay="r:25",
                reply_code=None,
                enhanced_code=None,
                delay_s=30,
                duration_s=2,
            ),
        ),
        (
            Wait(delay_s=15, attempts=2, cause="mail:reply", relay="r:25", reply=BUSY),
            ("postpone", MESSAGE, "k1", 2, START + timedelta(seconds=15)),
            EmailWaiting(
                mail=MAIL,
                attempts=2,
                cause="mail:reply",
                relay="r:25",
                reply_code=451,
                enhanced_code="4.3.2",
                delay_s=15,
                duration_s=2,
            ),
        ),
        (
            Suppress(attempts=1, relay="r:25"),
            ("ack", MESSAGE),
            DuplicateSuppressed(mail=MAIL, attempts=1, relay="r:25", duration_s=2),
        ),
        (
            HandBack(cause="lease_lost"),
            ("hand_back", MESSAGE),
            MessageHandedBack(key="k1", cause="lease_lost"),
        ),
        (
            Hospitalise(
                reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"), attempts=1, relay="r:25", reply=BUSY
            ),
            (
                "hospitalise",
                MESSAGE,
                HospitalLetter(
                    key="k1",
                    reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"),
                    attempts=1,
                    failed_at=START,
                    relay="r:25",
                    reply=BUSY,
                ),
            ),
            EmailHospitalised(
                mail=MAIL,
                attempts=1,
                reason="refused_permanently:rcpt",
                relay="r:25",
                reply_code=451,
                enhanced_code="4.3.2",
                duration_s=2,
            ),
        ),
        (
            Hospitalise(reason=FailureReason(FailureKind.EXPIRED), attempts=0),
            (
                "hospitalise",
                MESSAGE,
                HospitalLetter(key="k1", reason=FailureReason(FailureKind.EXPIRED), attempts=0, failed_at=START),
            ),
            EmailHospitalised(
                mail=MAIL,
                attempts=0,
                reason="expired",
                relay="",
                reply_code=None,
                enhanced_code=None,
                duration_s=2,
            ),
        ),
    ],
)
async def test_each_step_is_one_verb_and_one_event(step: Settlement, verb: tuple[object, ...], event: Event) -> None:
    source, observer, _ = await settle(step)
    assert source.verbs == [verb]
    assert observer.events == [event]


async def test_a_refused_settlement_is_tried_again_until_it_succeeds() -> None:
    refusals = tuple(SettlementRefused("hospital full") for _ in range(7))
    source, observer, clock = await settle(FINISH, failures=refusals, advance_s=100)
    assert source.verbs == [("ack", MESSAGE)]
    assert clock.slept == [1, 2, 4, 8, 16, 30, 30]
    assert observer.of(SettlementDelayed)[0] == SettlementDelayed(key="k1", cause="hospital full", delay_s=1)
    assert observer.only(EmailSent).duration_s == 2 + sum(clock.slept)


async def test_a_retry_that_was_refused_at_first_keeps_its_due_time() -> None:
    step = Retry(delay_s=30, attempts=1, cause="rcpt", relay="r:25")
    source, _, _ = await settle(step, failures=(SettlementRefused("blocked"),), advance_s=5)
    assert source.verbs == [("postpone", MESSAGE, "k1", 1, START + timedelta(seconds=30))]


async def test_a_defect_while_settling_is_told_by_its_type_and_tried_again() -> None:
    """The text of an unknown error may name a person."""
    source, observer, _ = await settle(FINISH, failures=(KeyError("alice@example.org"),), advance_s=5)
    assert source.verbs == [("ack", MESSAGE)]
    assert observer.only(SettlementDelayed).cause == "KeyError"


async def test_a_message_the_broker_took_back_is_let_go() -> None:
    source, observer, clock = await settle(FINISH, failures=(MessageGone("connection lost"),))
    assert source.verbs == []
    assert observer.events == [SettlementLost(key="k1", step="Finish")]
    assert clock.slept == []


async def test_a_settlement_that_is_cut_off_is_told() -> None:
    """Settled or not, nobody knows; the broker delivers the message again, and the ledger knows its mail."""
    source, observer, clock = (
        ScriptedSource(failures=[SettlementRefused("blocked")]),
        RecordingObserver(),
        ManualClock(),
    )
    use_case = SettleMessage(source=source, observer=observer, clock=clock)
    running = asyncio.create_task(use_case(MESSAGE, MAIL, FINISH, started_s=0))
    await clock.advance(0.5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert observer.only(SettlementLost) == SettlementLost(key="k1", step="Finish")


@pytest.mark.parametrize(("wanted_s", "age_s"), [(-90, 90), (0, 0), (5, 0)])
async def test_a_sent_mail_is_as_old_as_its_producers_wish_and_never_younger_than_nothing(
    wanted_s: float, age_s: float
) -> None:
    """A producer's clock may be ahead of ours."""
    mail = replace(MAIL, wanted_at=START + timedelta(seconds=wanted_s))
    _, observer, _ = await settle(FINISH, mail=mail)
    assert observer.only(EmailSent).age_s == age_s


async def test_a_task_that_does_not_say_when_it_was_asked_for_has_no_age() -> None:
    _, observer, _ = await settle(FINISH)
    assert observer.only(EmailSent).age_s is None
