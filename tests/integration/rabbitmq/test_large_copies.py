"""Copies of oversized bodies leave one at a time (F69)."""

import asyncio

from tests.contracts.message_stage import LETTER, reading
from tests.faults.proxy import Fault, FaultProxy
from tests.integration.rabbitmq.stage import RabbitMqStage

# A copy takes a third of a confirm's deadline (10 s) on this line, and all together more than one.
SLOW = Fault(slice_bytes=65_536, slice_pause_s=0.17, only=b"takeoff-mailer publish")
BODY = bytes(1_200_000)
COPIES = 4


async def test_on_a_slow_line_each_large_copy_has_a_deadline_of_its_own(
    stage: RabbitMqStage, network: FaultProxy
) -> None:
    source = stage.source(url=stage.url.replace(f":{stage.broker.address.amqp_port}/", f":{network.port}/"))
    async with reading(source) as inbox:
        for _ in range(COPIES):
            await stage.publish(BODY)
        messages = await inbox.take(COPIES)
        network.inflict(SLOW)
        await asyncio.gather(*(source.hospitalise(message, LETTER) for message in messages))
        network.heal()
    assert [letter.body == BODY for letter in await stage.letters()] == [True] * COPIES
