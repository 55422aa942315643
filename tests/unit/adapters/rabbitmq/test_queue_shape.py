"""What the arguments of an existing queue mean for the mails in it."""

import json
import shlex
from typing import Any

import pytest

from adapters.rabbitmq.queue_shape import QueueShape, hospital_policy, hospital_remedy
from adapters.rabbitmq.topology import Topology

OLD, NEW = (3, 10), (4, 0)
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}
WITH_EXCHANGE = {**QUORUM, "x-dead-letter-exchange": "email_dlx"}
URL = "amqp://guest:canary-0815@broker/%2Ftakeoff"


def shape(arguments: dict[str, Any], version: tuple[int, int], objection: str = "") -> QueueShape:
    return QueueShape(arguments=arguments, version=version, objection=objection)


@pytest.mark.parametrize(
    ("arguments", "version", "returns"),
    [
        ({}, OLD, None),
        ({}, NEW, None),
        ({"x-delivery-limit": 5}, NEW, None),
        (QUORUM, OLD, None),
        (QUORUM, NEW, 20),
        ({**QUORUM, "x-delivery-limit": 5}, OLD, 5),
        ({**QUORUM, "x-delivery-limit": 5}, NEW, 5),
        ({**QUORUM, "x-delivery-limit": -1}, NEW, None),
    ],
)
def test_returns_are_limited_on_quorum_queues_by_default_from_4_0_on(
    arguments: dict[str, Any], version: tuple[int, int], returns: int | None
) -> None:
    assert shape(arguments, version).returns_allowed == returns


@pytest.mark.parametrize(("version", "is_refused"), [(OLD, True), ((3, 13), True), (NEW, False), ((4, 3), False)])
def test_a_limit_of_minus_1_is_refused_where_it_means_none_at_all(version: tuple[int, int], is_refused: bool) -> None:
    """F19: before 4.0 the first return deletes the message."""
    assert bool(shape({**QUORUM, "x-delivery-limit": -1}, version).refusal()) is is_refused


def test_other_limits_are_not_refused() -> None:
    assert not shape({**QUORUM, "x-delivery-limit": 0}, OLD).refusal()
    assert not shape(QUORUM, OLD).refusal()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (shape({}, NEW), ""),
        (shape(QUORUM, OLD), ""),
        (shape(QUORUM, NEW), "return 20 deletes a task"),
        (shape(WITH_EXCHANGE, NEW), ""),
        (
            shape(WITH_EXCHANGE, NEW, "inequivalent arg"),
            "the producer's own declaration, which will fail: inequivalent",
        ),
    ],
)
def test_a_task_queue_concerns_where_it_deletes_tasks_or_refuses_the_producer(found: QueueShape, words: str) -> None:
    assert words in found.task_concern()
    assert bool(words) is bool(found.task_concern())


@pytest.mark.parametrize(
    ("arguments", "version", "concerns"),
    [({}, NEW, False), (QUORUM, OLD, False), (QUORUM, NEW, True), ({**QUORUM, "x-delivery-limit": 20}, OLD, True)],
)
def test_a_hospital_concerns_where_looking_deletes(
    arguments: dict[str, Any], version: tuple[int, int], concerns: bool
) -> None:
    """F20."""
    assert bool(shape(arguments, version).hospital_concern()) is concerns


def test_the_policy_command_names_the_queue_its_vhost_and_the_hospital_and_no_password() -> None:
    command = shlex.split(hospital_policy(URL, Topology()))
    assert command[:5] == ["rabbitmqctl", "set_policy", "-p", "/takeoff", "takeoff-mailer"]
    assert command[5] == "^email_queue$"
    assert json.loads(command[6])["dead-letter-exchange"] == "email_dlx"
    assert "canary" not in " ".join(command)


def test_an_argument_outlives_a_policy_so_that_the_queue_must_be_made_anew() -> None:
    assert "set_policy" in hospital_remedy(shape(QUORUM, NEW), URL, Topology())
    assert "delete email_failed_queue" in hospital_remedy(shape({"x-delivery-limit": 20}, NEW), URL, Topology())
