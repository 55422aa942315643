"""The broker goes away in every way it can, and the source goes on by itself (F1, F2, F3, F6, F8, F14)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from application.ports.message_source import MessageGone, SettlementRefused
from domain.worker_events import BrokerBlocked, BrokerUnblocked, IntakeLost, IntakeStarted
from tests.contracts.message_stage import LETTER, reading
from tests.faults.proxy import Fault, FaultProxy, Way
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import persist, until, until_consuming

BACK_S = 30.0
CONFIRM_S = 10.0
_WRITTEN_S = 0.5


@asynccontextmanager
async def alarm(stage: RabbitMqStage) -> AsyncIterator[None]:
    """Have the broker believe that its memory is full."""
    await asyncio.to_thread(stage.broker.ctl, "set_vm_memory_high_watermark", "0.00001")
    try:
        yield
    finally:
        await asyncio.to_thread(stage.broker.ctl, "set_vm_memory_high_watermark", "0.4")


async def test_consuming_goes_on_after_a_power_cut_of_the_broker(own_stage: RabbitMqStage) -> None:
    for number in range(20):
        await own_stage.publish(b"%d" % number)
    source = own_stage.source()
    async with reading(source) as inbox:
        before = await inbox.take(20)
        await source.ack(before[0])
        assert await own_stage.unsettled() == 19
        await asyncio.to_thread(own_stage.broker.kill)
        await until(lambda: not source.is_consuming, within_s=5)
        with pytest.raises(MessageGone):
            await source.ack(before[1])
        with pytest.raises(MessageGone):
            await source.hospitalise(before[2], LETTER)
        await asyncio.to_thread(own_stage.broker.start)
        await until_consuming(source, within_s=BACK_S)
        missing = {message.body for message in before[1:]}
        while missing:
            again = await inbox.next()
            # An acknowledgement shortly before the cut may be forgotten: that one comes, too.
            missing.discard(again.body)
            assert again.redelivered
            await source.ack(again)
    first, second = own_stage.observer.of(IntakeStarted)
    assert first == IntakeStarted(queue="email_queue", down_s=0)
    assert second.down_s > 1
    assert all(0 < event.retry_in_s <= BACK_S for event in own_stage.observer.of(IntakeLost))


async def test_a_connection_that_an_operator_closes_is_replaced(stage: RabbitMqStage) -> None:
    await stage.publish(b"task")
    source = stage.source()
    async with reading(source) as inbox:
        message = await inbox.next()
        # The management API sees a new connection after some seconds only.
        await asyncio.to_thread(stage.broker.ctl, "close_all_connections", "--vhost", stage.vhost, "maintenance")
        again = await inbox.next()
        with pytest.raises(MessageGone):
            await source.ack(message)
        await source.ack(again)
    assert "CONNECTION_FORCED - maintenance" in stage.observer.of(IntakeLost)[0].cause


async def test_a_deleted_queue_is_declared_again_and_what_was_in_flight_is_not_lost(stage: RabbitMqStage) -> None:
    await stage.publish(b"in flight")
    source = stage.source()
    async with reading(source) as inbox:
        message = await inbox.next()
        stage.broker.management.delete_queue(stage.vhost, "email_queue")
        await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=10)
        await until_consuming(source)
        due = stage.clock.now() + timedelta(seconds=0.2)
        await source.postpone(message, key="key-7", attempts=1, due=due)
        assert (await inbox.next()).key == "key-7"
    assert "cancelled" in stage.observer.of(IntakeLost)[0].cause


async def test_a_deleted_queue_that_is_not_ours_to_declare_is_waited_for(stage: RabbitMqStage) -> None:
    management = stage.broker.management
    management.declare_queue(stage.vhost, "email_queue", {})
    management.add_user("reader", vhost=stage.vhost, configure="^$")
    source = stage.source(url=stage.broker.address.url(stage.vhost, user="reader", password="reader"))
    try:
        async with reading(source) as inbox:
            await until_consuming(source)
            management.delete_queue(stage.vhost, "email_queue")
            await until(lambda: len(stage.observer.of(IntakeLost)) >= 2, within_s=10)
            assert not source.is_consuming
            assert "NOT_FOUND" in stage.observer.of(IntakeLost)[-1].cause
            management.declare_queue(stage.vhost, "email_queue", {})
            await stage.publish(b"task")
            await source.ack(await inbox.next())
    finally:
        management.delete_user("reader")


async def test_a_delivery_held_too_long_for_the_broker_costs_the_others_nothing_but_a_redelivery(
    stage: RabbitMqStage,
) -> None:
    for body in (b"slow", b"other"):
        await stage.publish(body)
    settings = (
        "application:set_env(rabbit, consumer_timeout, {}), application:set_env(rabbit, channel_tick_interval, {})."
    )
    await asyncio.to_thread(stage.broker.ctl, "eval", settings.format(2000, 500))
    source = stage.source()
    try:
        async with reading(source) as inbox:
            slow, other = await inbox.take(2)
            await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=15)
            await until_consuming(source)
            for message in (slow, other):
                with pytest.raises(MessageGone):
                    await source.ack(message)
            again = await inbox.take(2)
            for message in again:
                await source.ack(message)
            assert await stage.unsettled() == 0
    finally:
        await asyncio.to_thread(stage.broker.ctl, "eval", settings.format(1_800_000, 60_000))
    assert {message.body for message in again} == {b"slow", b"other"}
    assert "timed out" in stage.observer.only(IntakeLost).cause


async def test_a_frozen_broker_holds_nobody_longer_than_the_deadline(stage: RabbitMqStage) -> None:
    """The outcome is unknown, so that there may be two copies afterwards, but never none (F11)."""
    await stage.publish(b"task")
    source = stage.source()
    async with reading(source) as inbox:
        message = await inbox.next()
        due = stage.clock.now() + timedelta(seconds=0.2)
        await persist(lambda: source.postpone(message, key="key-7", attempts=1, due=due), within_s=5)
        message = await inbox.next()
        await asyncio.to_thread(stage.broker.freeze)
        started = time.monotonic()
        try:
            with pytest.raises(SettlementRefused):
                await source.hospitalise(message, LETTER)
        finally:
            await asyncio.to_thread(stage.broker.thaw)
        assert time.monotonic() - started < CONFIRM_S + 2
        await persist(lambda: source.hospitalise(message, LETTER), within_s=5)
        await until_consuming(source)
    assert len(await stage.letters()) in {1, 2}


async def test_an_alarm_stops_copies_but_neither_acks_nor_deliveries(stage: RabbitMqStage) -> None:
    for body in (b"sent", b"failed", b"failed, too"):
        await stage.publish(body)
    source = stage.source()
    async with reading(source) as inbox:
        sent, first, second = await inbox.take(3)
        async with alarm(stage):
            storing = asyncio.ensure_future(source.hospitalise(first, LETTER))
            await until(lambda: bool(stage.observer.of(BrokerBlocked)), within_s=5)
            started = time.monotonic()
            with pytest.raises(SettlementRefused, match="alarm"):
                await source.hospitalise(second, LETTER)
            assert time.monotonic() - started < 1
            await source.ack(sent)
            assert await stage.unsettled() == 2
        await asyncio.wait_for(storing, CONFIRM_S)
        await persist(lambda: source.hospitalise(second, LETTER), within_s=10)
        assert stage.observer.of(BrokerUnblocked)
    assert sorted(letter.body for letter in await stage.letters()) == [b"failed", b"failed, too"]


async def test_copies_written_when_an_alarm_begins_are_waited_for_and_not_written_again(
    stage: RabbitMqStage, network: FaultProxy
) -> None:
    count = 40
    for number in range(count):
        await stage.publish(b"%d" % number)
    source = stage.source(url=f"amqp://guest:guest@127.0.0.1:{network.port}/{stage.vhost}")
    async with reading(source) as inbox:
        messages = await inbox.take(count)
        due = stage.clock.now() + timedelta(seconds=1)
        settle = [partial(source.postpone, message, key="key-7", attempts=1, due=due) for message in messages]
        await persist(settle[0], within_s=5)
        # The word that the connection is blocked is under way when the copies are written.
        network.inflict(Fault(hold=Way.DOWN, only=b"publish"))
        async with alarm(stage):
            storing = [asyncio.ensure_future(each()) for each in settle[1:]]
            await asyncio.sleep(_WRITTEN_S)
            network.heal()
            await until(lambda: bool(stage.observer.of(BrokerBlocked)), within_s=5)
            await asyncio.sleep(CONFIRM_S + 1)
            assert not any(task.done() for task in storing)
        await asyncio.wait_for(asyncio.gather(*storing), CONFIRM_S)
        again = await inbox.take(count)
        assert {message.body for message in again} == {b"%d" % number for number in range(count)}
        await asyncio.gather(*(source.ack(message) for message in again))
        await asyncio.sleep(1)
        assert inbox.is_empty()
        assert await stage.unsettled() == 0
