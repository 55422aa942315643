"""Copies wait in the broker for any time, side by side, and lose nothing (F21)."""

import asyncio
import random
from contextlib import suppress
from datetime import datetime, timedelta

from application.ports.message_source import Message, MessageGone, MessageSource
from tests.contracts.message_stage import reading
from tests.integration.rabbitmq.stage import PREFETCH, RabbitMqStage
from tests.integration.rabbitmq.waiting import until_consuming

DELAYS_S = (0.7, 6.0)


async def postpone_all(source: MessageSource, messages: list[Message], dues: dict[str, datetime]) -> None:
    await asyncio.gather(
        *(
            source.postpone(message, key=key, attempts=1, due=due)
            for message, (key, due) in zip(messages, dues.items(), strict=True)
        )
    )


async def test_mixed_delays_are_met_never_early_and_at_most_a_second_late(stage: RabbitMqStage) -> None:
    count = PREFETCH
    for number in range(count):
        await stage.publish(b"%d" % number)
    spread = random.Random(7)
    source = stage.source()
    lateness_s = []
    async with reading(source) as inbox:
        messages = await inbox.take(count)
        now = stage.clock.now()
        dues = {f"key-{number}": now + timedelta(seconds=spread.uniform(*DELAYS_S)) for number in range(count)}
        await postpone_all(source, messages, dues)
        for _ in range(count):
            message = await inbox.next()
            lateness_s.append((stage.clock.now() - dues.pop(message.key)).total_seconds())
            await source.ack(message)
    assert dues == {}
    assert min(lateness_s) >= 0
    # The shortest rung is 0.5 s; the rest of the second is for the broker.
    assert max(lateness_s) < 1.0, sorted(lateness_s)[-5:]


async def test_copies_outlive_a_power_cut_of_the_broker(own_stage: RabbitMqStage) -> None:
    """Each is there again, perhaps twice: at-least-once dead-lettering repeats what was not confirmed."""
    count = PREFETCH
    for number in range(count):
        await own_stage.publish(b"%d" % number)
    source = own_stage.source()
    async with reading(source) as inbox:
        messages = await inbox.take(count)
        now = own_stage.clock.now()
        # Due before, while and after the broker is away, so that it dies with copies on their way.
        dues = {f"key-{number}": now + timedelta(seconds=0.6 + number / 20) for number in range(count)}
        await postpone_all(source, messages, dues)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(own_stage.broker.kill)
        await asyncio.to_thread(own_stage.broker.start)
        await until_consuming(source, within_s=30)
        missing = set(dues)
        while missing:
            message = await inbox.next()
            missing.discard(message.key)
            with suppress(MessageGone):  # it came before the cut, and will come again
                await source.ack(message)
