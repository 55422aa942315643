"""F1 to F14: the broker dies, freezes, forgets, refuses, or does not answer."""

import random
import time

from tests.faults import queues
from tests.faults.proxy import Fault, Way
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.stage import RUNGS, Stage

# Basic.Ack with its frame's length (13 bytes): class 60, method 80 (AMQP 0-9-1, 2.3.5 and 4.2).
_BASIC_ACK = b"\x00\x00\x00\x0d\x00\x3c\x00\x50"
_PUBLISHES = b"takeoff-mailer publish"
_REFUSED = "550 5.1.1 no such user"
_BUSY = "451 4.7.1 come back later"


def refuse(rcpt: str = "bad*") -> Rule:
    """Refuse these recipients for good."""
    return Rule(on=Point.RCPT, do=Act.REPLY, text=_REFUSED, rcpt=rcpt)


def be_busy(times: int | None, rcpt: str = "*") -> Rule:
    """Ask to come back later, so often."""
    return Rule(on=Point.RCPT, do=Act.REPLY, text=_BUSY, rcpt=rcpt, times=times)


def kill_broker(kills: int, tasks: int, selection: Selection = Selection.QUICK) -> Scenario:
    """SIGKILL while tasks are published and sent by two workers."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.05), be_busy(20))
        stage.worker()
        stage.worker()
        load = stage.publishing(tasks, per_s=tasks / (8 * kills))
        for _ in range(kills):
            time.sleep(random.uniform(0.5, 3))
            stage.broker.kill()
            stage.broker.start()
            stage.healed()
        load.result()

    return Scenario(
        fault="F1", name=f"broker SIGKILL {kills} times, {tasks} tasks, 2 workers", play=play, alone=True,
        patience_s=120, variables={"MAX_ATTEMPTS": "30"}, selection=selection,
    )  # fmt: skip


def kill_after_first_retry(stage: Stage) -> None:
    """SIGKILL right after the first copies were confirmed by a retry queue that did not exist before.

    RabbitMQ (run on 3.10.8) loses a quorum queue, and what it confirmed, when it dies within a second of declaring it.
    """
    stage.relay.behave(be_busy(20))
    worker = stage.worker(MAX_ATTEMPTS="30", RETRY_BASE_S="4")
    stage.publish(40)
    worker.wait_until_log_has("email.retry_scheduled", 20)
    # Long enough for the acknowledgements of the originals to be on disk.
    time.sleep(0.3)
    stage.broker.kill()
    stage.broker.start()
    stage.healed()


def freeze_broker(frozen_s: float, selection: Selection = Selection.QUICK) -> Scenario:
    """SIGSTOP while mails are on their way."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.5), be_busy(20))
        stage.worker()
        stage.publish(300)
        stage.wait_for_mails(60)
        stage.broker.freeze()
        try:
            time.sleep(frozen_s)
        finally:
            stage.broker.thaw()
        stage.healed()

    return Scenario(
        fault="F3", name=f"broker frozen (SIGSTOP) for {frozen_s:.0f} s", play=play, alone=True, patience_s=120,
        variables={"MAX_ATTEMPTS": "30"}, selection=selection,
    )  # fmt: skip


def cut_acks(cuts: int, selection: Selection = Selection.QUICK) -> Scenario:
    """The connection dies with the first acknowledgement on it."""

    def play(stage: Stage) -> None:
        proxy = stage.proxy(stage.broker.address.amqp_port)
        proxy.inflict(Fault(cut_at=_BASIC_ACK, times=cuts))
        stage.publish(40 * cuts)
        stage.starting(AMQP_ADDR=stage.through(proxy))
        stage.wait_until(lambda: proxy.cuts == cuts, f"{cuts} acknowledgements cut off", patience_s=30 * cuts)
        stage.healed()

    return Scenario(fault="F5", name=f"connection cut at the first ack, {cuts} times", play=play, selection=selection)


def delete_exchange(stage: Stage) -> None:
    """The exchange for letters disappears three times while letters are written."""
    stage.relay.behave(refuse())
    stage.worker()
    load = stage.publishing(60, per_s=15, prefix="bad")
    for _ in range(3):
        time.sleep(1)
        stage.broker.management.delete_exchange(stage.vhost, "email_dlx")
    load.result()


def delete_hospital(stage: Stage) -> None:
    """The hospital disappears while letters are written, and the retry queues whenever nothing waits in them."""
    stage.relay.behave(refuse(), be_busy(None, "busy*"))
    stage.worker()
    for _ in range(3):
        load = stage.publishing(20, per_s=10, prefix="bad")
        time.sleep(1)
        stage.wait_until(lambda: _discharge_and_delete(stage), "an empty hospital to delete")
        load.result()
    for number in range(3):
        stage.publish(10, prefix="busy")
        stage.relay.behave(refuse(), be_busy(10, "busy*"))
        stage.wait_for_mails(10 * (number + 1))
        for rung in RUNGS:
            queues.delete(stage.url, rung)


def _discharge_and_delete(stage: Stage) -> bool:
    stage.discharge()
    return queues.delete_if_empty(stage.url, queues.HOSPITAL)


def fill_hospital(stage: Stage) -> None:
    """The hospital takes five letters and no more, until its policy is lifted."""
    management = stage.broker.management
    limit = {"max-length": 5, "overflow": "reject-publish"}
    management.add_policy(stage.vhost, "full", pattern="^email_failed_queue$", definition=limit)
    stage.relay.behave(refuse())
    worker = stage.worker(CONCURRENCY="40")
    stage.publish(15, prefix="bad")
    stage.publish(30)
    stage.wait_for_mails(30)
    worker.wait_until_log_has("settlement.delayed", 10)
    stage.require(stage.depth(queues.HOSPITAL) == 5, "more letters than the hospital takes")
    management.delete_policy(stage.vhost, "full")
    stage.healed()


def swallow_confirms(stage: Stage) -> None:
    """What the broker says to the publishing connection is lost for longer than the deadline of a confirm."""
    proxy = stage.proxy(stage.broker.address.amqp_port)
    stage.relay.behave(be_busy(20))
    stage.worker(AMQP_ADDR=stage.through(proxy), MAX_ATTEMPTS="30")
    stage.publish(10)
    stage.wait_for_mails(10)
    stage.relay.behave(be_busy(20))
    proxy.inflict(Fault(swallow=Way.DOWN, only=_PUBLISHES))
    stage.publish(20)
    time.sleep(13)
    proxy.heal()
    stage.healed()


def one_message_id(stage: Stage) -> None:
    """A producer that gives every task the same AMQP message_id, half of them to be tried twice."""
    stage.relay.behave(be_busy(50))
    stage.worker(MAX_ATTEMPTS="60")
    stage.send(stage.mails(100), message_id="always-the-same")


def delete_task_queue(stage: Stage) -> None:
    """The queue itself is deleted, in a moment when nothing is in it."""
    worker = stage.worker()
    stage.publish(50)
    stage.wait_for_mails(50)
    stage.wait_until(lambda: queues.delete_if_empty(stage.url, queues.TASKS), "the queue deleted")
    stage.healed()
    worker.wait_until_log_has("intake.started", 2, patience_s=10)
    stage.publish(50)


def restart_in_order(stage: Stage) -> None:
    """The broker ends its connections in order (320 CONNECTION_FORCED), three times under load."""
    stage.relay.behave(Rule(on=Point.DOT, after_s=0.05), be_busy(20))
    stage.worker(MAX_ATTEMPTS="30")
    load = stage.publishing(400, per_s=20)
    for _ in range(3):
        time.sleep(3)
        stage.broker.ctl("stop_app")
        stage.broker.ctl("start_app")
        stage.healed()
    load.result()


def half_open_link(stage: Stage) -> None:
    """Nothing passes between one worker and the broker, while it sends and another worker takes its messages over."""
    proxy = stage.proxy(stage.broker.address.amqp_port)
    stage.relay.behave(Rule(on=Point.DOT, after_s=1, times=20))
    stage.worker(AMQP_ADDR=stage.through(proxy))
    stage.publish(40)
    stage.wait_until(lambda: stage.relay.counts().get("DOT", 0) > 0, "a mail under way")
    proxy.inflict(Fault(hold=Way.BOTH))
    stage.worker()
    stage.wait_for_mails(40, patience_s=90)
    proxy.heal()


def memory_alarm(stage: Stage) -> None:
    """The broker takes no copies while half of the mails need one; producers are blocked, too."""
    stage.relay.behave(Rule(on=Point.DATA, after_s=0.3), be_busy(30))
    stage.worker(MAX_ATTEMPTS="40", CONCURRENCY="5")
    stage.publish(60)
    stage.broker.ctl("set_vm_memory_high_watermark", "0.00001")
    time.sleep(8)
    stage.broker.ctl("set_vm_memory_high_watermark", "0.4")
    stage.healed()


SCENARIOS = (
    kill_broker(3, 600),
    Scenario(
        fault="F1", name="broker SIGKILL right after the first retries", play=kill_after_first_retry, alone=True,
        patience_s=30,
    ),
    freeze_broker(12),
    cut_acks(3),
    Scenario(
        fault="F7", name="hospital exchange deleted 3 times under load", play=delete_exchange,
        expect=Expectation(hospital=(60, 60)),
    ),
    Scenario(
        fault="F9", name="hospital and retry queues deleted under load", play=delete_hospital,
        expect=Expectation(hospital=(60, 60)), variables={"MAX_ATTEMPTS": "50"},
    ),
    Scenario(
        fault="F10", name="hospital full (reject-publish), then not", play=fill_hospital,
        expect=Expectation(hospital=(15, 15)), patience_s=60,
    ),
    Scenario(fault="F8", name="memory alarm for 8 s, half of the mails busy", play=memory_alarm, alone=True),
    Scenario(fault="F11", name="confirms swallowed for 13 s", play=swallow_confirms, patience_s=60),
    Scenario(fault="F12", name="one AMQP message_id for 100 tasks, half retried", play=one_message_id),
    Scenario(fault="F14", name="task queue deleted", play=delete_task_queue),
)  # fmt: skip

LONG = (
    kill_broker(20, 5000, Selection.LONG),
    Scenario(
        fault="F2", name="broker restarted in order 3 times", play=restart_in_order, alone=True, patience_s=120,
        selection=Selection.LONG,
    ),
    freeze_broker(90, Selection.LONG),
    Scenario(
        fault="F4", name="half-open link, another worker takes over", play=half_open_link, patience_s=120,
        selection=Selection.LONG,
    ),
    cut_acks(10, Selection.LONG),
)  # fmt: skip
