"""A letter of a mail that a relay may have says so, whatever became of the mail afterwards."""

import hashlib
from datetime import timedelta

import pytest

from application.ports.ledger import ANY_FAILURE, Claim
from application.ports.message_source import HospitalLetter, Message
from domain.category_rules import CategoryRules
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind, FailureReason
from domain.mail_events import EmailHospitalised, InDoubtFound
from domain.outcome import DeliveryOutcome, InDoubt, Phase, Refused, Unsendable
from domain.reply import Reply
from tests.unit.application.bench import LEASE_S, RELAY, Bench

KEYS = {b"good": "t-1", b"bug": "t-2", b"later": "t-4"}
GOOD, BUG, LATER = (Message(body=body) for body in KEYS)
DOUBT = InDoubt(relay=RELAY)
BUSY = Refused(phase=Phase.RCPT, reply=Reply(code=451, text="4.7.1 later"), relay=RELAY)
REFUSED = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 unknown"), relay=RELAY)
UNSENDABLE = Unsendable(reason=FailureReason(FailureKind.TOO_BIG, "relay_size_limit"), relay=RELAY)
SOON = CategoryRules(expires_after=timedelta(seconds=LEASE_S))


async def died_with(bench: Bench, message: Message, *, marked: bool) -> None:
    """A worker died with this mail in its hands, after its dot mark or before."""
    claim = await bench.ledger.claim(KEYS[message.body], body_hash=hashlib.sha256(message.body).digest())
    assert isinstance(claim, Claim)
    if marked:
        assert await bench.ledger.mark_dot(claim, relay=RELAY)
    await bench.clock.advance(LEASE_S + 1)


def letter_of(bench: Bench) -> str:
    """The reason on the one letter, in the hospital and in the log alike."""
    ((_, _, letter),) = [each for each in bench.source.verbs if each[0] == "hospitalise"]
    assert isinstance(letter, HospitalLetter)
    assert bench.observer.only(EmailHospitalised).reason == str(letter.reason)
    return str(letter.reason)


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ((DOUBT, BUSY, BUSY), "in_doubt:attempts_exhausted:rcpt"),
        ((BUSY, DOUBT, BUSY), "in_doubt:attempts_exhausted:rcpt"),
        ((DOUBT, DOUBT, DOUBT), "in_doubt:attempts_exhausted:in_doubt"),
        ((DOUBT, REFUSED), "in_doubt:refused_permanently:rcpt"),
        ((DOUBT, BUSY, REFUSED), "in_doubt:refused_permanently:rcpt"),
        ((DOUBT, UNSENDABLE), "in_doubt:too_big:relay_size_limit"),
        ((BUSY, BUSY, BUSY), "attempts_exhausted:rcpt"),
        ((BUSY, REFUSED), "refused_permanently:rcpt"),
    ],
)
async def test_what_ends_a_mail_comes_after_the_doubt(outcomes: tuple[DeliveryOutcome, ...], reason: str) -> None:
    bench = Bench(*outcomes)
    for _ in outcomes:
        await bench.deliver(GOOD)
    assert letter_of(bench) == reason


async def test_a_mail_in_doubt_that_is_too_late_for_another_try_is_not_just_expired() -> None:
    bench = Bench(DOUBT, rules=SOON)
    await bench.deliver(GOOD)
    await bench.clock.advance(LEASE_S)
    await bench.deliver(GOOD)
    assert letter_of(bench) == "in_doubt:expired"


async def test_a_mail_whose_worker_died_after_the_dot_is_not_just_expired() -> None:
    bench = Bench(rules=SOON)
    await died_with(bench, GOOD, marked=True)
    await bench.deliver(GOOD)
    assert letter_of(bench) == "in_doubt:expired"
    # Counted as every doubt is, and in the mail's story.
    assert bench.observer.only(InDoubtFound).worker_died
    timeline = await bench.ledger.timeline("t-1")
    assert timeline
    assert [each.outcome for each in timeline.tries] == ["InDoubt"]


async def test_a_defect_of_ours_ends_no_doubt() -> None:
    bench = Bench()
    await died_with(bench, BUG, marked=True)
    await bench.deliver(BUG)
    assert letter_of(bench) == "in_doubt:internal_error"


async def test_a_clock_that_is_behind_ends_no_doubt() -> None:
    """The worker that died had sent it in time by its own clock; to wait for ours would send it a second time."""
    bench = Bench(in_doubt=InDoubtPolicy.HOLD)
    await died_with(bench, LATER, marked=True)
    await bench.deliver(LATER)
    assert letter_of(bench) == "in_doubt"


async def test_workers_that_die_of_a_mail_end_no_doubt() -> None:
    bench = Bench(DOUBT)
    await bench.deliver(GOOD)
    for _ in range(3):
        await died_with(bench, GOOD, marked=False)
    await bench.deliver(GOOD)
    assert letter_of(bench) == "in_doubt:worker_died_holding"


async def test_an_operator_who_sends_it_again_ends_no_doubt() -> None:
    bench = Bench(DOUBT, REFUSED, REFUSED)
    await bench.deliver(GOOD)
    await bench.deliver(GOOD)
    bench.source.verbs.clear()
    bench.observer.events.clear()
    await bench.deliver(Message(body=GOOD.body, key="t-1", revives=ANY_FAILURE))
    assert letter_of(bench) == "in_doubt:refused_permanently:rcpt"


async def test_a_letter_that_is_written_twice_says_it_twice() -> None:
    bench = Bench(DOUBT, REFUSED)
    for _ in range(3):
        await bench.deliver(GOOD)
    reasons = [letter.reason for letter in bench.observer.of(EmailHospitalised)]
    assert reasons == ["in_doubt:refused_permanently:rcpt"] * 2
