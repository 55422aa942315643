"""What a producer publishes, the worker can read."""

from dataclasses import replace

import pytest

from application.ports.task_publisher import PublishFailed, TaskPublisher
from application.use_cases.enqueue_email import EnqueueEmail, TaskRefused
from domain.email_task import EmailTask
from tests.doubles.addresses import SplitAtSign
from tests.doubles.codec import NamedTasks

TASK = EmailTask(to="alice@example.org", category="welcome", subject="Hello")


class RecordingPublisher(TaskPublisher):
    """Keeps bodies, or fails."""

    def __init__(self, failure: PublishFailed | None = None) -> None:
        self.bodies: list[bytes] = []
        self._failure = failure

    async def publish(self, body: bytes) -> None:
        if self._failure:
            raise self._failure
        self.bodies.append(body)


def enqueue(publisher: TaskPublisher) -> EnqueueEmail:
    return EnqueueEmail(codec=NamedTasks(good=TASK), addresses=SplitAtSign(), publisher=publisher)


async def test_a_good_task_is_published() -> None:
    publisher = RecordingPublisher()
    await enqueue(publisher)(TASK)
    assert publisher.bodies == [b"good"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"to": ""}, "to is missing"),
        ({"subject": ""}, "subject is missing"),
        ({"to": "nobody"}, "to: syntax"),
        ({"first_name": "not in the codec"}, "the schema has no such task"),
    ],
)
async def test_what_the_worker_would_refuse_is_not_published(change: dict[str, str], problem: str) -> None:
    publisher = RecordingPublisher()
    with pytest.raises(TaskRefused) as refused:
        await enqueue(publisher)(replace(TASK, **change))  # type: ignore[arg-type]
    assert refused.value.problem == problem
    assert publisher.bodies == []


async def test_a_task_that_was_not_confirmed_is_an_error() -> None:
    with pytest.raises(PublishFailed, match="unroutable"):
        await enqueue(RecordingPublisher(PublishFailed("unroutable")))(TASK)
