"""F21: a mail for a later time leaves at that time, seconds or days ahead, and one that is too late does not leave."""

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from adapters.rabbitmq.ladder import RUNGS_MS
from adapters.rabbitmq.topology import Topology
from tests.faults import queues
from tests.faults.mails import Mail
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.surroundings import set_clock
from tests.faults.stage import Stage

_LATE_S = 2.0
_EXPIRED = 20
_SECONDS, _MINUTE, _TWO_DAYS = timedelta(seconds=3), timedelta(seconds=70), timedelta(days=2)
# So much of the two days is waited for.
_LAST_S = 20.0
_LONGEST_RUNG = Topology().rung_queue(RUNGS_MS[-1])
# In groups, so that "in 3 s" is from when a mail is asked for, and not from when the first of a thousand is.
# At a rate that one worker is up to on a busy machine: what is late for want of workers is not what this is about.
_PER_S = 100
_GROUPS, _EACH = 20, {_SECONDS: 17, _MINUTE: 17, _TWO_DAYS: 16}
_DAYS = _GROUPS * _EACH[_TWO_DAYS]
_ALL = _GROUPS * sum(_EACH.values())


def seconds_and_too_late(stage: Stage) -> None:
    """Sixty mails in 3 s and in 8 s, among some that have expired, or will have before they may leave."""
    worker = stage.worker()
    due_s: dict[str, float] = {}
    for expires_in_s in (-1, 2):
        due_s |= _publish(stage, {_SECONDS: 15, timedelta(seconds=8): 15})
        now = datetime.now(UTC)
        expires_at = now + timedelta(seconds=expires_in_s)
        stage.publish(_EXPIRED // 2, prefix="late", fails=True, send_at=now + _SECONDS, expires_at=expires_at)
    stage.wait_for_mails(len(due_s))
    worker.wait_until_log_has("email.hospitalised", _EXPIRED)
    reasons = {line["reason"] for line in worker.lines("email.hospitalised")}
    stage.require(reasons == {"expired"}, f"reasons {reasons}")
    _require_on_time(stage, due_s)


def seconds_minutes_days(stage: Stage) -> None:
    """A thousand mails in 3 s, 70 s and two days, most of which are skipped.

    To skip them, the worker's clock is set on, and what waits in the longest rung is moved as the broker moves it when
    its time is over. The way down the shorter rungs is the broker's own; the whole way of days is shown by
    `unit/adapters/rabbitmq/test_ladder.py`.
    """
    shift = stage.folder / "shift"
    stage.worker(CLOCK_SHIFT=str(shift))
    # The first copy of all waits until its rungs have rested (`retry_rungs`), and the mails behind it with it.
    stage.publish(1, send_at=datetime.now(UTC) + _SECONDS)
    stage.wait_for_mails(1)
    due_s: dict[str, float] = {}
    for _ in range(_GROUPS):
        due_s |= _publish(stage, _EACH)
    stage.wait_for_mails(1 + _ALL - _DAYS, patience_s=120)
    stage.wait_until(lambda: stage.depth(_LONGEST_RUNG) == _DAYS, f"{_DAYS} mails in the longest rung")
    soon = {mail.message_id for mail in stage.relay.accepted()}
    _require_on_time(stage, {key: at_s for key, at_s in due_s.items() if key in soon})
    days = {key: at_s for key, at_s in due_s.items() if key not in soon}
    skipped_s = min(days.values()) - _LAST_S - time.time()
    set_clock(shift, skipped_s)
    queues.move(stage.url, _LONGEST_RUNG, queues.TASKS)
    stage.wait_for_mails(1 + _ALL, patience_s=60)
    _require_on_time(stage, days, skipped_s=skipped_s)


def _publish(stage: Stage, counts: Mapping[timedelta, int]) -> dict[str, float]:
    """Publish so many mails for each time from now, in any order; returns when each is due (Unix), by Message-ID."""
    mails: list[Mail] = []
    due_s: dict[str, float] = {}
    now = datetime.now(UTC)
    for wait, count in counts.items():
        made = stage.mails(count, send_at=now + wait)
        due_s |= {mail.publication.message_id: (now + wait).timestamp() for mail in made}
        mails += made
    random.shuffle(mails)
    stage.send(mails, per_s=_PER_S)
    return due_s


def _require_on_time(stage: Stage, due_s: Mapping[str, float], *, skipped_s: float = 0) -> None:
    """Compare the times of acceptance, before which the clock had skipped so much, with those that were asked for."""
    late_s = sorted(
        mail.at_s + skipped_s - due_s[mail.message_id] for mail in stage.relay.accepted() if mail.message_id in due_s
    )
    stage.require(len(late_s) == len(due_s), f"{len(late_s)} of {len(due_s)} came")
    stage.require(0 <= late_s[0] <= late_s[-1] <= _LATE_S, f"late by {late_s[0]:.3f} to {late_s[-1]:.3f} s")


SCENARIOS = (
    # Alone, since a full machine is late, too.
    Scenario(
        fault="F21", name="send_at: 60 mails in 3 s and 8 s, 20 expired", play=seconds_and_too_late, alone=True,
        expect=Expectation(hospital=(_EXPIRED, _EXPIRED)),
    ),
)  # fmt: skip

LONG = (
    Scenario(
        fault="F21", name=f"send_at: {_ALL:,} mails in 3 s, 70 s and 2 days", play=seconds_minutes_days, alone=True,
        selection=Selection.LONG,
    ),
)  # fmt: skip
