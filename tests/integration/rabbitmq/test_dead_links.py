"""A broker or a network that says nothing and closes nothing (F3, F4, F11)."""

import asyncio
import time

import pytest

from application.ports.message_source import MessageGone, SettlementRefused
from domain.worker_events import IntakeLost
from tests.contracts.message_stage import LETTER, reading
from tests.faults.proxy import Fault, FaultProxy, Way
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import persist, until, until_consuming

HEARTBEAT_S = 2
NOTICED_S = 3 * (HEARTBEAT_S + 1)
BACK_S = 30.0
CONFIRM_S = 10.0


def through(network: FaultProxy, stage: RabbitMqStage) -> str:
    return f"amqp://guest:guest@127.0.0.1:{network.port}/{stage.vhost}?heartbeat={HEARTBEAT_S}"


async def noticed_after_s(stage: RabbitMqStage) -> float:
    # The slack is for this machine, not for the promise: the loop of the test is shared with the polling.
    return await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=NOTICED_S + 1)


async def test_a_frozen_broker_is_noticed_by_its_silence_and_consumed_again_when_it_thaws(
    stage: RabbitMqStage,
) -> None:
    await stage.publish(b"task")
    source = stage.source(url=f"{stage.url}?heartbeat={HEARTBEAT_S}")
    async with reading(source) as inbox:
        before = await inbox.next()
        await asyncio.to_thread(stage.broker.freeze)
        try:
            assert await noticed_after_s(stage) <= NOTICED_S
            assert not source.is_consuming
        finally:
            await asyncio.to_thread(stage.broker.thaw)
        with pytest.raises(MessageGone):
            await source.ack(before)
        await until_consuming(source, within_s=BACK_S)
        again = await inbox.next()
        assert (again.body, again.redelivered) == (b"task", True)
        await source.ack(again)


async def test_a_half_open_link_is_noticed_by_its_silence_and_replaced_when_the_network_is_back(
    stage: RabbitMqStage, network: FaultProxy
) -> None:
    await stage.publish(b"task")
    source = stage.source(url=through(network, stage))
    async with reading(source) as inbox:
        before = await inbox.next()
        network.inflict(Fault(swallow=Way.BOTH))
        assert await noticed_after_s(stage) <= NOTICED_S
        network.heal()
        with pytest.raises(MessageGone):
            await source.ack(before)
        await until_consuming(source, within_s=BACK_S)
        again = await inbox.next()
        assert (again.body, again.redelivered) == (b"task", True)
        await source.ack(again)


async def test_a_confirm_that_never_comes_costs_the_deadline_and_at_most_one_more_copy(
    stage: RabbitMqStage, network: FaultProxy
) -> None:
    for body in (b"first", b"second"):
        await stage.publish(body)
    source = stage.source(url=through(network, stage).partition("?")[0])
    async with reading(source) as inbox:
        first, second = await inbox.take(2)
        await source.hospitalise(first, LETTER)
        network.inflict(Fault(swallow=Way.DOWN, only=b"takeoff-mailer publish"))
        started = time.monotonic()
        with pytest.raises(SettlementRefused, match="no answer"):
            await source.hospitalise(second, LETTER)
        assert time.monotonic() - started < CONFIRM_S + 2
        network.heal()
        await persist(lambda: source.hospitalise(second, LETTER), within_s=15)
        assert await stage.unsettled() == 0
    assert [letter.body for letter in await stage.letters()] == [b"first", b"second", b"second"]


async def test_an_ack_that_never_arrives_is_a_redelivery(stage: RabbitMqStage, network: FaultProxy) -> None:
    """F5: written to a socket is all that an acknowledgement can be; the ledger knows the second one."""
    await stage.publish(b"task")
    source = stage.source(url=through(network, stage))
    async with reading(source) as inbox:
        message = await inbox.next()
        network.inflict(Fault(swallow=Way.UP, only=b"takeoff-mailer consume"))
        await source.ack(message)
        await noticed_after_s(stage)
        network.heal()
        again = await inbox.next()
        assert (again.body, again.redelivered) == (b"task", True)
        await source.ack(again)
