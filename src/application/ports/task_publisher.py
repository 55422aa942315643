"""The producer's side of the queue, for `enqueue`."""

from abc import abstractmethod
from typing import Protocol


class PublishFailed(Exception):
    """The queue did not confirm the task; `cause` is one line for an operator, without secrets."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class TaskPublisher(Protocol):
    """Publishes task bodies so that none is lost without a word."""

    @abstractmethod
    async def publish(self, body: bytes) -> None:
        """Publish one body, persistent and mandatory, and wait for the confirm; raises PublishFailed."""
