"""Rate limits that workers share, a relay that complains of too many mails, and one recipient domain that stalls."""

import time

from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Scenario, Selection
from tests.faults.stage import Stage

_PER_S = 20
_WINDOW_S = 10.0
_SECONDS = 25
# The first turns are dealt out while workers start.
_WARM_UP_S = 2.0
_FAST, _SLOW = 300, 40


def shared_rate(stage: Stage) -> None:
    """Three workers, one limit: no window of ten seconds is too full, none wastes more than a twentieth."""
    stage.publish(_PER_S * _SECONDS)
    for _ in range(3):
        stage.starting(SMTP_RATE=f"{_PER_S}/s")
    stage.wait_for_mails(_PER_S * _SECONDS, patience_s=3 * _SECONDS)
    times = sorted(mail.at_s for mail in stage.relay.accepted())
    starts = [at_s for at_s in times if times[0] + _WARM_UP_S < at_s < times[-1] - _WINDOW_S]
    counts = [sum(start <= at_s < start + _WINDOW_S for at_s in times) for start in starts]
    low, high = min(counts), max(counts)
    stage.require(high <= _PER_S * _WINDOW_S, f"{high} mails within 10 s")
    stage.require(low >= 0.95 * _PER_S * _WINDOW_S, f"only {low} mails within 10 s")
    shares = [len(worker.lines("email.sent")) for worker in stage.workers]
    stage.require(min(shares) > 0, f"shares {shares}")


def complaining_relay(stage: Stage) -> None:
    """421 to every third MAIL for a while: no attempt is charged, and then everything leaves."""
    worker = stage.worker()
    text = "421 4.7.0 too many messages from you, slow down"
    stage.relay.behave(Rule(on=Point.MAIL, do=Act.REPLY, text=text, every=3))
    publishing = stage.publishing(300, per_s=30)
    worker.wait_until_log_has("relay.slowed", 1)
    publishing.result()
    stage.require(not worker.lines("email.retry_scheduled"), "attempts were charged")
    stage.relay.behave()
    stage.healed()
    stage.wait_for_mails(300, patience_s=90)


def stalled_domain(stage: Stage) -> None:
    """Mails for one domain hang at RCPT; with the places that are left the other is as fast as before."""
    # Slow enough that places count, and not this machine.
    stage.relay.behave(Rule(on=Point.RCPT, do=Act.STALL, rcpt="slow*"), Rule(on=Point.RCPT, after_s=0.1))
    worker = stage.worker(DOMAIN_CONCURRENCY="10")
    alone_s = _time_of_the_fast(stage, 0)
    stage.publish(_SLOW, prefix="slow", domain="stalled.example")
    # Ten stall, and the others have found that out and wait in the broker, which made its queues for them.
    worker.wait_until_log_has("email.waiting", _SLOW - 10)
    beside_s = _time_of_the_fast(stage, _FAST)
    # A tenth, and half a second for what a busy machine makes of it.
    stage.require(beside_s < 1.1 * alone_s + 0.5, f"{beside_s:.1f} s beside a stalled domain, {alone_s:.1f} s alone")
    stage.relay.behave()


def _time_of_the_fast(stage: Stage, before: int) -> float:
    started_s = time.monotonic()
    stage.publish(_FAST)
    stage.wait_for_mails(before + _FAST)
    return time.monotonic() - started_s


SCENARIOS = (Scenario(fault="LIMIT", name=f"three workers share {_PER_S}/s", play=shared_rate, alone=True),)

LONG = (
    Scenario(
        fault="LIMIT", name="421 to every third mail: nothing charged", play=complaining_relay,
        selection=Selection.LONG,
    ),
    Scenario(
        fault="LIMIT", name="one domain stalls, the other goes on", play=stalled_domain, alone=True, patience_s=120,
        variables={"SMTP_TIMEOUTS": '{"rcpt_s": 40}'}, selection=Selection.LONG,
    ),
)  # fmt: skip
