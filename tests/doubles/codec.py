"""A codec whose bodies are names of tasks."""

from application.ports.task_codec import DecodedTask, TaskCodec, Undecodable
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason


class NamedTasks(TaskCodec):
    """Decodes the bodies it was given; every other body is damaged."""

    def __init__(self, **tasks: EmailTask) -> None:
        self._tasks = {name.encode(): task for name, task in tasks.items()}

    def decode(self, body: bytes) -> DecodedTask | Undecodable:
        if task := self._tasks.get(body):
            return DecodedTask(task=task, identity=body)
        return Undecodable(FailureReason(FailureKind.BAD_WIRE, "truncated"))

    def locate_damage(self, body: bytes) -> tuple[int, int] | None:
        return None if body in self._tasks else (0, len(body))

    def encode(self, task: EmailTask) -> bytes:
        for body, known in self._tasks.items():
            if known == task:
                return body
        raise ValueError("the schema has no such task")

    def edit(self, body: bytes, task: EmailTask) -> bytes:
        return self.encode(task)
