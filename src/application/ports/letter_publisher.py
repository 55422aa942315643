"""The way of a letter back to the queue of tasks."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.letter import Letter, LetterContents


class LetterPublisher(Protocol):
    """Connects when it has something to publish; `close` ends that, and it may be used again."""

    @abstractmethod
    async def publish(self, letter: Letter, contents: LetterContents, *, at: datetime, revives: str) -> None:
        """Publish the body under the letter's key, persistent and mandatory, and wait for the confirm.

        `at` (aware) is written down with it: the worker sees that an operator sent the mail back, and admission whether
        it failed again after that. `revives` is for the worker's claim (Ledger.claim).
        Raises PublishFailed (ports/task_publisher.py).
        """

    @abstractmethod
    async def close(self) -> None:
        """End the connection if there is one."""
