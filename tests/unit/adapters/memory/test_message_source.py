"""The queue in memory, under the contract of the port."""

from collections.abc import Sequence

import pytest

from adapters.memory.message_source import InMemoryMessageSource
from application.ports.ledger import ANY_FAILURE
from application.ports.message_source import MessageSource
from tests.contracts.message_intake import MessageIntakeContract
from tests.contracts.message_source import MessageSourceContract
from tests.contracts.message_stage import Letter, Stage
from tests.doubles.clock import ManualClock


class InMemoryStage(Stage):
    """The source is its own queue, so that a second one is the first, entered again."""

    def __init__(self) -> None:
        self._time = ManualClock()
        self.clock = self._time
        self._source = InMemoryMessageSource(clock=self.clock)

    def source(self) -> MessageSource:
        return self._source

    async def publish(self, body: bytes, *, message_id: str = "") -> None:
        self._source.publish(body, message_id=message_id)

    async def unsettled(self) -> int:
        return len(self._source.unsettled)

    async def letters(self) -> Sequence[Letter]:
        taken = [
            Letter(
                body=body,
                key=letter.key,
                reason=str(letter.reason),
                attempts=letter.attempts,
                failed_at=letter.failed_at,
                relay=letter.relay,
                reply=str(letter.reply or ""),
            )
            for body, letter in self._source.hospital
        ]
        self._source.hospital.clear()
        return taken

    async def move_letters_back(self) -> None:
        for body, letter in self._source.hospital:
            self._source.publish(body, key=letter.key, revives=ANY_FAILURE)
        self._source.hospital.clear()

    async def pass_time(self, seconds: float) -> None:
        await self._time.advance(seconds)


class TestInMemoryMessageSource(MessageSourceContract, MessageIntakeContract):
    @pytest.fixture
    def stage(self) -> Stage:
        return InMemoryStage()


async def test_a_published_message_can_carry_what_an_earlier_attempt_left() -> None:
    """The demo names its tasks by their keys."""
    source = InMemoryMessageSource(clock=ManualClock())
    source.publish(b"task", key="key-7", attempts=2)
    async with source:
        message = await anext(source.messages())
    assert (message.key, message.attempts) == ("key-7", 2)
