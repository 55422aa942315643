"""One message to its end: sent, waiting, in the hospital, or returned."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.ledger import LedgerStore
from application.failpoints import Failpoint
from application.ports.ledger import ANY_FAILURE, Claim
from application.ports.message_source import Message, MessageGone
from domain.category_rules import CategoryRules
from domain.email_job import InDoubtPolicy
from domain.mail_events import (
    DeliveryFailedUnexpectedly,
    DuplicateSuppressed,
    EmailHospitalised,
    EmailRetryScheduled,
    EmailSent,
    EmailWaiting,
    InDoubtFound,
    MessageHandedBack,
    MessageReceived,
)
from domain.outcome import InDoubt, Phase, Refused, RelayUnavailable
from domain.reply import Reply
from domain.timing_events import Step, StepEnded
from domain.trace_context import TraceContext
from domain.worker_events import LedgerDown
from tests.doubles.clock import START, ManualClock
from tests.unit.application.bench import LEASE_S, RELAY, Bench

MESSAGE = Message(body=b"good")
TAKEN = MessageReceived(redelivered=False)
BUSY = Refused(phase=Phase.RCPT, reply=Reply(code=451, text="4.7.1 later"), relay=RELAY)
REFUSED = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 unknown"), relay=RELAY)


async def claimed_by_another(bench: Bench, *, marked: bool = False) -> Claim:
    """A worker that died with this mail in its hands."""
    claim = await bench.ledger.claim("t-1", body_hash=hashlib.sha256(b"good").digest())
    assert isinstance(claim, Claim)
    if marked:
        assert await bench.ledger.mark_dot(claim, relay=RELAY)
    return claim


async def test_an_accepted_mail_is_recorded_and_acknowledged() -> None:
    bench = Bench()
    await bench.deliver(MESSAGE)
    assert bench.source.verbs == [("ack", MESSAGE)]
    timeline = await bench.ledger.timeline("t-1")
    assert timeline
    assert (timeline.state, timeline.attempts) == ("sent", 1)
    (attempt,) = timeline.tries
    assert (attempt.outcome, attempt.phase, attempt.relay, attempt.started_at) == ("Accepted", "", RELAY, START)
    assert attempt.reply == Reply(code=250, text="2.0.0 ok")


async def test_a_second_message_for_a_sent_mail_is_acknowledged_without_sending() -> None:
    bench = Bench()
    await bench.deliver(MESSAGE)
    await bench.deliver(MESSAGE)
    assert bench.transport.dots == 1
    assert bench.source.verbs == [("ack", MESSAGE)] * 2
    assert bench.observer.only(DuplicateSuppressed).mail.key == "t-1"
    assert len(bench.observer.of(EmailSent)) == 1


async def test_a_transient_refusal_waits_with_the_drawn_jitter_and_counts_in_the_ledger() -> None:
    bench = Bench(BUSY, BUSY, BUSY)
    await bench.deliver(MESSAGE)
    assert bench.observer.only(EmailRetryScheduled).delay_s == 22.5
    await bench.deliver(Message(body=b"good", attempts=0))
    await bench.deliver(Message(body=b"good", attempts=0))
    assert [event.attempts for event in bench.observer.of(EmailRetryScheduled)] == [1, 2]
    hospitalised = bench.observer.only(EmailHospitalised)
    assert (hospitalised.reason, hospitalised.attempts) == ("attempts_exhausted:rcpt", 3)


async def test_poison_never_reaches_the_transport() -> None:
    bench = Bench()
    await bench.deliver(Message(body=b"damaged"))
    assert bench.transport.sent == []
    assert bench.observer.only(EmailHospitalised).reason == "bad_wire:truncated"


async def test_a_redelivered_failure_writes_its_letter_again_and_is_not_tried_again() -> None:
    """Its worker may have died before the letter was in the hospital."""
    bench = Bench(REFUSED)
    await bench.deliver(MESSAGE)
    await bench.deliver(MESSAGE)
    assert len(bench.transport.sent) == 1
    first, second = bench.observer.of(EmailHospitalised)
    assert (first.reason, first.attempts) == (second.reason, second.attempts) == ("refused_permanently:rcpt", 1)


async def test_a_letter_that_an_operator_sent_back_is_tried_again_from_the_start() -> None:
    bench = Bench(REFUSED)
    await bench.deliver(MESSAGE)
    await bench.deliver(Message(body=b"good", key="t-1", revives=ANY_FAILURE))
    assert bench.observer.only(EmailSent).attempts == 1


async def test_a_key_with_another_body_is_an_error_and_not_a_duplicate() -> None:
    bench = Bench()
    await bench.deliver(MESSAGE)
    await bench.deliver(Message(body=b"other"))
    assert len(bench.transport.sent) == 1
    assert bench.observer.only(EmailHospitalised).reason == "key_reused"


async def test_a_mail_that_another_delivery_is_sending_waits_for_its_end() -> None:
    bench = Bench()
    async with bench.ledger:
        await claimed_by_another(bench)
        await bench.deliver(MESSAGE)
    assert bench.transport.sent == []
    waiting = bench.observer.only(EmailWaiting)
    assert (waiting.cause, waiting.delay_s) == ("held_elsewhere", 15)


async def test_a_mail_for_a_domain_whose_places_are_taken_waits_in_the_broker() -> None:
    bench = Bench(None, lane_width=1)
    stalled = asyncio.create_task(bench.deliver(MESSAGE))
    await bench.clock.advance(0)
    await bench.deliver(Message(body=b"later", key="t-9"))
    waiting = bench.observer.only(EmailWaiting)
    assert (waiting.cause, waiting.delay_s, waiting.attempts) == ("domain_busy", 4, 0)
    assert len(bench.transport.sent) == 1
    stalled.cancel()
    await asyncio.gather(stalled, return_exceptions=True)
    await bench.deliver(MESSAGE)
    assert len(bench.transport.sent) == 2


async def test_a_mail_whose_worker_died_before_the_dot_is_sent() -> None:
    bench = Bench()
    await claimed_by_another(bench)
    await bench.clock.advance(LEASE_S + 1)
    delivery = asyncio.create_task(bench.deliver(MESSAGE))
    await bench.clock.advance(1)
    await delivery
    assert bench.observer.only(EmailSent).attempts == 1
    assert bench.observer.of(InDoubtFound) == []


async def test_a_mail_whose_worker_died_after_the_dot_is_in_doubt_and_charged_by_policy_resend() -> None:
    bench = Bench()
    await claimed_by_another(bench, marked=True)
    await bench.clock.advance(LEASE_S + 1)
    await bench.deliver(MESSAGE)
    assert bench.transport.sent == []
    found = bench.observer.only(InDoubtFound)
    assert (found.worker_died, found.relay) == (True, RELAY)
    retry = bench.observer.only(EmailRetryScheduled)
    assert (retry.cause, retry.attempts) == ("in_doubt", 1)
    await bench.deliver(MESSAGE)
    assert bench.observer.only(EmailSent).attempts == 2


async def test_a_mail_whose_worker_died_after_the_dot_is_held_by_policy_hold() -> None:
    bench = Bench(in_doubt=InDoubtPolicy.HOLD)
    await claimed_by_another(bench, marked=True)
    await bench.clock.advance(LEASE_S + 1)
    await bench.deliver(MESSAGE)
    assert bench.transport.sent == []
    assert bench.observer.only(EmailHospitalised).reason == "in_doubt"


async def test_doubt_outlives_the_worker_that_found_it() -> None:
    """Else a second death in a row would send a mail again that policy hold keeps back."""
    bench = Bench(in_doubt=InDoubtPolicy.HOLD)
    await claimed_by_another(bench, marked=True)
    await bench.clock.advance(LEASE_S + 1)
    await claimed_by_another(bench)
    await bench.clock.advance(LEASE_S + 1)
    await bench.deliver(MESSAGE)
    assert bench.observer.only(EmailHospitalised).reason == "in_doubt"


async def test_a_connection_lost_after_the_dot_is_in_doubt() -> None:
    bench = Bench(InDoubt(relay=RELAY), in_doubt=InDoubtPolicy.HOLD)
    await bench.deliver(MESSAGE)
    assert not bench.observer.only(InDoubtFound).worker_died
    assert bench.observer.only(EmailHospitalised).reason == "in_doubt"


@pytest.mark.parametrize("worker_died", [True, False])
@pytest.mark.parametrize("policy", list(InDoubtPolicy))
async def test_what_a_category_prescribes_for_doubt_goes_before_the_setting(
    policy: InDoubtPolicy, worker_died: bool
) -> None:
    (setting,) = set(InDoubtPolicy) - {policy}
    rules = CategoryRules(in_doubt=policy)
    bench = Bench(*([] if worker_died else [InDoubt(relay=RELAY)]), in_doubt=setting, rules=rules)
    if worker_died:
        await claimed_by_another(bench, marked=True)
        await bench.clock.advance(LEASE_S + 1)
    await bench.deliver(MESSAGE)
    assert bench.observer.only(InDoubtFound).worker_died is worker_died
    if policy is InDoubtPolicy.HOLD:
        assert bench.observer.only(EmailHospitalised).reason == "in_doubt"
    else:
        assert bench.observer.only(EmailRetryScheduled).cause == "in_doubt"


async def test_a_mail_that_becomes_too_late_on_its_way_to_the_relay_does_not_leave() -> None:
    """A connection and a greeting may take minutes."""
    bench = Bench(rules=CategoryRules(expires_after=timedelta(seconds=20)))
    bench.transport.before_dot = lambda: bench.clock.advance(20)
    await bench.deliver(MESSAGE)
    assert bench.transport.dots == 0
    letter = bench.observer.only(EmailHospitalised)
    assert (letter.reason, letter.attempts) == ("expired", 0)
    timeline = await bench.ledger.timeline("t-1")
    assert timeline
    assert (timeline.state, timeline.tries) == ("failed", ())


async def test_a_retry_that_comes_too_late_is_not_sent() -> None:
    bench = Bench(BUSY, rules=CategoryRules(expires_after=timedelta(seconds=20)))
    await bench.deliver(MESSAGE)
    await bench.clock.advance(bench.observer.only(EmailRetryScheduled).delay_s)
    await bench.deliver(MESSAGE)
    assert len(bench.transport.sent) == 1
    letter = bench.observer.only(EmailHospitalised)
    assert (letter.reason, letter.attempts) == ("expired", 1)


async def test_a_mail_that_is_just_in_time_is_sent() -> None:
    bench = Bench(rules=CategoryRules(expires_after=timedelta(seconds=20)))
    bench.transport.before_dot = lambda: bench.clock.advance(19)
    await bench.deliver(MESSAGE)
    assert bench.observer.only(EmailSent).attempts == 1


async def test_a_mail_that_is_too_late_and_anothers_is_the_others() -> None:
    bench = Bench(rules=CategoryRules(expires_after=timedelta(seconds=LEASE_S)))
    other = Bench(store=bench.ledger.store, clock=bench.clock)

    async def frozen() -> None:
        await bench.clock.advance(LEASE_S + 1)
        await claimed_by_another(other)

    bench.transport.before_dot = frozen
    await bench.deliver(MESSAGE)
    assert bench.observer.of(EmailHospitalised) == []
    assert bench.source.verbs == [("hand_back", MESSAGE)]


async def test_a_worker_that_stops_while_a_mail_is_rendered_frees_it_and_hands_it_back() -> None:
    bench, message = Bench(), Message(body=b"loop")
    running = asyncio.create_task(bench.deliver(message))
    await bench.clock.advance(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert bench.source.verbs == [("hand_back", message)]
    timeline = await bench.ledger.timeline("t-3")
    assert timeline
    assert (timeline.state, timeline.attempts) == ("waiting", 0)


async def test_the_dot_does_not_leave_once_the_mail_belongs_to_another_worker() -> None:
    """F48: a worker that was frozen while its lease ended."""
    store, clock = LedgerStore(), ManualClock()
    frozen, other = Bench(store=store, clock=clock), Bench(store=store, clock=clock)

    async def freeze() -> None:
        await clock.advance(LEASE_S + 1)
        delivery = asyncio.create_task(other.deliver(MESSAGE))
        await clock.advance(1)
        await delivery

    frozen.transport.before_dot = freeze
    await frozen.deliver(MESSAGE)
    assert (frozen.transport.dots, other.transport.dots) == (0, 1)
    assert frozen.source.verbs == [("hand_back", MESSAGE)]
    assert frozen.observer.only(MessageHandedBack).cause == "lease_lost"


async def test_without_a_ledger_nothing_is_sent_and_the_message_goes_back() -> None:
    bench = Bench()
    bench.ledger.store.is_down = True
    await bench.deliver(MESSAGE)
    assert bench.transport.sent == []
    assert bench.source.verbs == [("hand_back", MESSAGE)]
    assert bench.observer.only(LedgerDown).cause == "switched off"


async def test_a_ledger_that_fails_before_the_dot_keeps_the_dot_back() -> None:
    bench = Bench()

    async def fail() -> None:
        bench.ledger.store.is_down = True

    bench.transport.before_dot = fail
    running = asyncio.create_task(bench.deliver(MESSAGE))
    await bench.clock.advance(5)
    assert bench.transport.dots == 0
    assert bench.source.verbs == []
    bench.ledger.store.is_down = False
    await bench.clock.advance(5)
    await running
    assert bench.observer.only(EmailWaiting).cause == "ledger_unavailable"


async def test_a_reply_that_cannot_be_recorded_is_held_until_it_can() -> None:
    """No acknowledgement before the relay's word is on disk."""
    bench = Bench()
    reach = bench.passed

    async def deliver() -> None:
        await bench.deliver(MESSAGE)

    original = bench.transport.send

    async def send_then_fail(*args: object, **kwargs: object) -> object:
        outcome = await original(*args, **kwargs)  # type: ignore[arg-type]
        bench.ledger.store.is_down = True
        return outcome

    bench.transport.send = send_then_fail  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(deliver())
    await bench.clock.advance(30)
    assert bench.source.verbs == []
    assert Failpoint.AFTER_RECORDED not in reach
    bench.ledger.store.is_down = False
    await bench.clock.advance(10)
    await running
    assert bench.source.verbs == [("ack", MESSAGE)]
    assert bench.transport.dots == 1


async def test_an_outage_is_told_with_phase_and_reply_and_charges_nothing() -> None:
    reply = Reply(code=550, text="5.7.1 sender refused")
    bench = Bench(RelayUnavailable(phase=Phase.MAIL, cause="reply", relay=RELAY, reply=reply))
    await bench.deliver(MESSAGE)
    waiting = bench.observer.only(EmailWaiting)
    assert (waiting.cause, waiting.reply_code, waiting.attempts) == ("mail:reply", 550, 0)


@pytest.mark.parametrize("key", ["k7", ""])
async def test_a_defect_of_ours_costs_one_mail_its_place_not_its_life(key: str) -> None:
    bench = Bench()
    await bench.deliver(Message(body=b"bug", key=key))
    hospitalised = bench.observer.only(EmailHospitalised)
    assert (hospitalised.reason, hospitalised.mail.key) == ("internal_error", key or "t-2")
    assert isinstance(bench.observer.only(DeliveryFailedUnexpectedly).error, RuntimeError)


@pytest.mark.parametrize(
    ("failures", "verbs", "events"),
    [
        ([], [("hand_back", MESSAGE)], [TAKEN, MessageHandedBack(key="t-1", cause="stopping")]),
        ([MessageGone("gone")], [], [TAKEN]),
    ],
)
async def test_a_delivery_that_is_cut_off_frees_the_mail_and_hands_its_message_back(
    failures: list[Exception], verbs: list[object], events: list[object]
) -> None:
    bench = Bench(None)
    async with bench.ledger:
        running = asyncio.create_task(bench.deliver(MESSAGE))
        await bench.clock.advance(1)
        bench.source.failures = failures
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert bench.source.verbs == verbs
        assert bench.observer.events == events
        await bench.deliver(MESSAGE)
    assert bench.observer.only(EmailSent).attempts == 1


async def test_the_failpoints_are_passed_in_the_order_of_the_way() -> None:
    bench = Bench()
    await bench.deliver(MESSAGE)
    assert bench.passed == [
        Failpoint.AFTER_RECEIVE,
        Failpoint.AFTER_CLAIM,
        Failpoint.BEFORE_DOT_MARK,
        Failpoint.AFTER_DOT_MARK,
        Failpoint.AFTER_REPLY,
        Failpoint.AFTER_RECORDED,
        Failpoint.AFTER_ACK,
    ]


async def test_every_step_of_a_delivery_is_timed_in_the_order_in_which_they_end() -> None:
    bench = Bench()
    await bench.deliver(MESSAGE)
    steps = [event.step for event in bench.observer.timings if isinstance(event, StepEnded)]
    assert steps == list(Step)


async def test_a_delivery_is_told_with_the_trace_that_its_message_came_with() -> None:
    bench, trace = Bench(), TraceContext({"traceparent": "00-a-b-01"})
    await bench.deliver(replace(MESSAGE, trace=trace, revives=ANY_FAILURE))
    received = bench.observer.only(MessageReceived)
    assert (received.trace, received.is_replay) == (trace, True)
