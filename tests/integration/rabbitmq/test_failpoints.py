"""Where in the storing of a copy the fault suite can end the process."""

from datetime import timedelta

import pytest

from application.failpoints import Failpoint
from tests.contracts.message_stage import LETTER, reading
from tests.integration.rabbitmq.stage import RabbitMqStage


async def test_a_retry_passes_its_failpoints_once_the_copy_is_written_and_before_the_ack(stage: RabbitMqStage) -> None:
    await stage.publish(b"first")
    await stage.publish(b"second")
    passed: list[Failpoint] = []
    source = stage.source(reach=passed.append)
    async with reading(source) as inbox:
        first, second = await inbox.take(2)
        # The first makes the rung: a copy without a queue to take it is written, too.
        await source.postpone(first, key="key-1", attempts=1, due=stage.clock.now())
        passed.clear()
        await source.postpone(second, key="key-2", attempts=1, due=stage.clock.now())
        assert passed == [Failpoint.AFTER_RETRY_PUBLISH, Failpoint.AFTER_RETRY_CONFIRM]


async def test_a_retry_that_ends_at_a_failpoint_leaves_the_original_and_after_the_confirm_its_copy(
    stage: RabbitMqStage,
) -> None:
    await stage.publish(b"task")

    def stop(point: Failpoint) -> None:
        if point is Failpoint.AFTER_RETRY_CONFIRM:
            raise KeyError(point)

    source = stage.source(reach=stop)
    async with reading(source) as inbox:
        message = await inbox.next()
        # The rungs rest for 3 s before the copy, and this source would stop at a copy that is back.
        due = stage.clock.now() + timedelta(seconds=10)
        with pytest.raises(KeyError):
            await source.postpone(message, key="key-7", attempts=1, due=due)
        assert await stage.unsettled() == 1
    async with reading(stage.source()) as inbox:
        assert {message.key for message in await inbox.take(2)} == {"", "key-7"}


async def test_a_letter_passes_its_failpoint_between_its_confirm_and_the_ack(stage: RabbitMqStage) -> None:
    await stage.publish(b"task")
    passed: list[Failpoint] = []
    source = stage.source(reach=passed.append)
    async with reading(source) as inbox:
        await source.hospitalise(await inbox.next(), LETTER)
    assert passed == [Failpoint.AFTER_HOSPITAL_CONFIRM]
