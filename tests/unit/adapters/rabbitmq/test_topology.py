"""Arguments of the queues that we create."""

import pytest

from adapters.rabbitmq.topology import QueueType, Topology


def test_the_task_queue_is_declared_as_the_producer_does() -> None:
    assert Topology().queue_arguments() == {}
    assert Topology().hospital_arguments(broker_major=4) == {}


def test_a_quorum_task_queue_dead_letters_to_the_hospital_at_least_once() -> None:
    """RabbitMQ 4 deletes what it returned 20 times, unless it can dead-letter it."""
    assert Topology(queue_type=QueueType.QUORUM).queue_arguments() == {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "email_dlx",
        "x-dead-letter-routing-key": "email_failed_key",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


@pytest.mark.parametrize(("broker_major", "limit"), [(3, None), (4, -1), (5, -1)])
def test_a_quorum_hospital_never_deletes_a_letter_that_is_read_often(broker_major: int, limit: int | None) -> None:
    """Before RabbitMQ 4, -1 means the opposite: discard at the first return."""
    arguments = Topology(queue_type=QueueType.QUORUM).hospital_arguments(broker_major=broker_major)
    assert arguments.get("x-delivery-limit") == limit


@pytest.mark.parametrize("queue_type", [None, *QueueType])
def test_a_rung_returns_its_messages_at_least_once_whatever_the_queue_type(queue_type: QueueType | None) -> None:
    topology = Topology(queue="tasks", retry_prefix="wait", queue_type=queue_type)
    assert topology.rung_queue(4000) == "wait.4000ms"
    assert topology.rung_arguments(4000) == {
        "x-queue-type": "quorum",
        "x-message-ttl": 4000,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "tasks",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
