"""What follows from the outcome of an attempt."""

import pytest

from domain.email_address import EmailAddress
from domain.email_job import EmailJob, InDoubtPolicy, JobState
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.next_step import Finish, Hospitalise, NextStep, Retry, Wait
from domain.outcome import (
    Accepted,
    ConclusiveOutcome,
    ConnectionLost,
    InDoubt,
    Phase,
    Refused,
    RelayUnavailable,
    Unsendable,
)
from domain.reply import Reply
from domain.retry_policy import RetryPolicy

POLICY = RetryPolicy(max_attempts=3, base_s=30, factor=4, cap_s=3600)
RELAY = "relay.test:465"
OK = Reply(code=250, text="2.0.0 queued")
GREYLISTED = Reply(code=451, text="4.7.1 greylisted")
UNKNOWN_USER = Reply(code=550, text="5.1.1 no such user")


def job(attempts: int = 0) -> EmailJob:
    recipient = EmailAddress(local="alice", domain="example.org")
    return EmailJob(key="k1", task=EmailTask(), recipient=recipient, attempts=attempts)


def conclude(one: EmailJob, outcome: ConclusiveOutcome, in_doubt: InDoubtPolicy = InDoubtPolicy.RESEND) -> NextStep:
    return one.conclude(outcome, policy=POLICY, jitter=0, in_doubt=in_doubt)


def test_an_accepted_mail_is_finished() -> None:
    one = job(attempts=1)
    assert conclude(one, Accepted(reply=OK, relay=RELAY)) == Finish(attempts=2, reply=OK, relay=RELAY)
    assert one.state is JobState.SENT


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.DOT])
def test_a_permanent_refusal_goes_to_the_hospital_after_one_attempt(phase: Phase) -> None:
    one = job()
    step = conclude(one, Refused(phase=phase, reply=UNKNOWN_USER, relay=RELAY))
    reason = FailureReason(FailureKind.REFUSED_PERMANENTLY, phase)
    assert step == Hospitalise(reason=reason, attempts=1, relay=RELAY, reply=UNKNOWN_USER)
    assert one.state is JobState.FAILED


@pytest.mark.parametrize(("before", "delay_s"), [(0, 15), (1, 60)])
def test_a_transient_refusal_is_charged_and_retried_with_backoff(before: int, delay_s: float) -> None:
    one = job(attempts=before)
    step = conclude(one, Refused(phase=Phase.RCPT, reply=GREYLISTED, relay=RELAY))
    assert step == Retry(delay_s=delay_s, attempts=before + 1, cause="rcpt", relay=RELAY, reply=GREYLISTED)
    assert one.state is JobState.WAITING


def test_the_third_transient_refusal_is_the_last() -> None:
    one = job(attempts=2)
    step = conclude(one, Refused(phase=Phase.DOT, reply=GREYLISTED, relay=RELAY))
    reason = FailureReason(FailureKind.ATTEMPTS_EXHAUSTED, "dot")
    assert step == Hospitalise(reason=reason, attempts=3, relay=RELAY, reply=GREYLISTED)
    assert one.state is JobState.FAILED


def test_attempts_beyond_the_maximum_do_not_go_on_for_ever() -> None:
    """A count that somebody forged into a header ends the retries early, never late."""
    step = conclude(job(attempts=400), Refused(phase=Phase.RCPT, reply=GREYLISTED, relay=RELAY))
    assert isinstance(step, Hospitalise)


def test_the_relays_hint_decides_the_delay() -> None:
    hint = Reply(code=450, text="try again in 300 seconds")
    step = conclude(job(), Refused(phase=Phase.RCPT, reply=hint, relay=RELAY))
    assert isinstance(step, Retry)
    assert step.delay_s == 300


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.BODY])
def test_a_connection_lost_before_the_dot_is_charged_and_retried(phase: Phase) -> None:
    one = job()
    step = conclude(one, ConnectionLost(phase=phase, relay=RELAY))
    assert step == Retry(delay_s=15, attempts=1, cause=phase, relay=RELAY, reply=None)


@pytest.mark.parametrize("before", [0, 2, 50])
def test_an_unavailable_relay_is_never_charged_to_the_mail(before: int) -> None:
    """An outage is not an error: however often it happens, the mail waits."""
    one = job(attempts=before)
    step = conclude(one, RelayUnavailable(phase=Phase.MAIL, cause="reply", relay=RELAY, reply=UNKNOWN_USER))
    assert step == Wait(delay_s=15, attempts=before, cause="mail:reply", relay=RELAY, reply=UNKNOWN_USER)
    assert one.state is JobState.WAITING


def test_the_wait_for_a_relay_does_not_follow_the_backoff() -> None:
    """An operator may set hours between attempts; an outage that is over must be over within a minute."""
    hours = RetryPolicy(base_s=7200, cap_s=7200)
    outcome = RelayUnavailable(phase=Phase.CONNECT, cause="refused", relay=RELAY)
    step = job().conclude(outcome, policy=hours, jitter=0.99, in_doubt=InDoubtPolicy.RESEND)
    assert isinstance(step, Wait)
    assert step.delay_s < 30


def test_in_doubt_is_sent_again_where_the_policy_says_so() -> None:
    step = conclude(job(), InDoubt(relay=RELAY), InDoubtPolicy.RESEND)
    assert step == Retry(delay_s=15, attempts=1, cause="in_doubt", relay=RELAY, reply=None)


def test_in_doubt_is_held_in_the_hospital_where_the_policy_says_so() -> None:
    step = conclude(job(), InDoubt(relay=RELAY), InDoubtPolicy.HOLD)
    assert step == Hospitalise(reason=FailureReason(FailureKind.IN_DOUBT), attempts=1, relay=RELAY)


def test_a_mail_the_relay_cannot_take_is_not_charged() -> None:
    reason = FailureReason(FailureKind.SMTPUTF8_UNSUPPORTED)
    step = conclude(job(), Unsendable(reason=reason, relay=RELAY))
    assert step == Hospitalise(reason=reason, attempts=0, relay=RELAY)


def test_an_outcome_is_recorded_once() -> None:
    one = job()
    conclude(one, Accepted(reply=OK, relay=RELAY))
    with pytest.raises(ValueError, match="a sent job takes no outcome"):
        conclude(one, Accepted(reply=OK, relay=RELAY))
