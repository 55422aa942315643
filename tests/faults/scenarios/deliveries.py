"""F6, F18 and F21: the broker takes deliveries back, a mail kills its worker, retries wait longer than they should."""

import signal
import time
from datetime import datetime

from tests.faults import queues
from tests.faults.fleet import Worker
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import be_busy
from tests.faults.stage import Stage

_SLOW_S = 12
_LATE_S = 2.0
_DEATHS = 3
_CONCURRENCY = 10
_BYSTANDERS = 200
_LIMITED = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 5,
    "x-dead-letter-exchange": "email_dlx",
    "x-dead-letter-routing-key": "email_failed_key",
}
_CONSUMER_TIMEOUT = (
    "application:set_env(rabbit, consumer_timeout, {}), application:set_env(rabbit, channel_tick_interval, {})."
)
# How the node ends up whose dead-lettering died: https://github.com/rabbitmq/rabbitmq-server/issues/16652.
_END_DEAD_LETTERING = "supervisor:terminate_child(rabbit_sup, rabbit_fifo_dlx_sup)."


def consumer_timeout(stage: Stage) -> None:
    """The broker's patience with a delivery ends while the relay takes its time for the final reply."""
    stage.relay.behave(Rule(on=Point.DOT, after_s=_SLOW_S, rcpt="slow*"))
    stage.broker.ctl("eval", _CONSUMER_TIMEOUT.format(3000, 500))
    try:
        worker = stage.worker()
        stage.publish(5, prefix="slow")
        load = stage.publishing(100, per_s=10)
        worker.wait_until_log_has("intake.lost")
        load.result()
        stage.wait_for_mails(105, patience_s=_SLOW_S + 15)
    finally:
        stage.broker.ctl("eval", _CONSUMER_TIMEOUT.format(1_800_000, 60_000))
    causes = {line["cause"] for line in worker.lines("intake.lost")}
    stage.require(any("timed out" in cause for cause in causes), f"causes: {causes}")


def deadly_mail(*, quorum: bool) -> Scenario:
    """A mail kills whoever prepares it, among 200 that do no harm; the supervisor starts the worker again each time."""

    def play(stage: Stage) -> None:
        if quorum:
            queues.delete(stage.url, queues.TASKS)
            queues.declare(stage.url, queues.TASKS, **_LIMITED)
        mails = stage.mails(_BYSTANDERS)
        stage.send([*mails[:10], *stage.mails(1, prefix="deadly"), *mails[10:]])
        worker = stage.starting(DEADLY="deadly")
        deaths = _restart_until_it_lives(stage, worker)
        stage.require(deaths <= _DEATHS, f"{deaths} deaths of one mail, {_DEATHS} are allowed")
        stage.healed()

    return Scenario(
        fault="F18", name=f"a mail that kills its worker, {'quorum' if quorum else 'classic'} queue", play=play,
        # Those at their dot when the process dies are in doubt.
        expect=Expectation(hospital=(1, 1), duplicates=_DEATHS * _CONCURRENCY), patience_s=60,
        variables={"CONCURRENCY": str(_CONCURRENCY)},
    )  # fmt: skip


def _restart_until_it_lives(stage: Stage, worker: Worker) -> int:
    """As `restart: always` does, until the deadly mail is in the hospital, for a minute at most."""
    deaths, deadline = 0, time.monotonic() + 60
    while time.monotonic() < deadline and not stage.depth(queues.HOSPITAL):
        if not worker.running:
            code = worker.wait_for_end()
            stage.require(code == -signal.SIGKILL, f"exit code {code}")
            deaths += 1
            worker.start()
        time.sleep(0.1)
    return deaths


def mixed_delays(stage: Stage) -> None:
    """The relay asks every second mail to come in an hour and the others in 30 s: these must come on time.

    Before they do, all have been asked: what is due must not wait for what has not begun.
    """
    stage.relay.behave(
        Rule(on=Point.RCPT, do=Act.REPLY, text="451 4.7.1 try again in 1 hours", rcpt="late*"),
        Rule(on=Point.RCPT, do=Act.REPLY, text="451 4.7.1 try again in 30 seconds", rcpt="soon*", times=500),
    )
    late, soon = stage.mails(500, prefix="late"), stage.mails(500, prefix="soon")
    worker = stage.worker()
    stage.send([mail for pair in zip(late, soon, strict=True) for mail in pair])
    stage.wait_for_mails(500, patience_s=90)
    keys = {mail.publication.message_id: mail.publication.key for mail in soon}
    arrived = {keys[mail.message_id]: mail.at_s for mail in stage.relay.accepted()}
    for line in worker.lines("email.retry_scheduled"):
        if line["key"] in arrived:
            # It was asked for after the try began, and before the line was written.
            latest_s = datetime.fromisoformat(line["timestamp"]).timestamp()
            waited_s = arrived[line["key"]] - latest_s
            stage.require(waited_s <= line["delay_s"] + _LATE_S, f"came after {waited_s:.1f} s")
            stage.require(waited_s + line["duration_s"] >= line["delay_s"], f"came after {waited_s:.1f} s already")


def end_dead_lettering(*, rungs_made: bool) -> Scenario:
    """The node does no dead-lettering any more, until it is restarted: retry queues keep what they have got.

    Where they were not made before, they cannot be made either, and the tasks stay where they are.
    """

    def play(stage: Stage) -> None:
        stage.relay.behave(be_busy(20))
        worker = stage.worker()
        if rungs_made:
            stage.publish(20)
            stage.wait_for_mails(20)
            stage.relay.behave(be_busy(20))
        stage.broker.ctl("eval", _END_DEAD_LETTERING)
        stage.publish(20, prefix="late")
        if rungs_made:
            worker.wait_until_log_has("email.retry_scheduled", 40)
        else:
            worker.wait_until_log_has("settlement.delayed", 20)
            causes = {line["cause"] for line in worker.lines("settlement.delayed")}
            stage.require(any("its log says why" in cause for cause in causes), f"causes: {causes}")
        stage.broker.kill()
        stage.broker.start()
        stage.healed()

    return Scenario(
        fault="F21", name=f"dead-lettering ends, retry queues {'there' if rungs_made else 'not yet made'}", play=play,
        alone=True, selection=Selection.LONG,
    )  # fmt: skip


SCENARIOS = (
    Scenario(
        fault="F6", name=f"consumer_timeout 3 s, final reply after {_SLOW_S} s", play=consumer_timeout, alone=True,
    ),
    deadly_mail(quorum=False),
    deadly_mail(quorum=True),
)  # fmt: skip

LONG = (
    # Alone, since a full machine is late, too.
    Scenario(
        fault="F21", name="500 retries in 30 s among 500 in 1 h", play=mixed_delays, alone=True,
        expect=Expectation(drained=False), selection=Selection.LONG,
    ),
    end_dead_lettering(rungs_made=True),
    end_dead_lettering(rungs_made=False),
)  # fmt: skip
