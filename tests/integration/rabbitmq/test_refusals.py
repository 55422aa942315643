"""What the broker refuses: the login, a permission, a copy (F7, F9, F10, F22, F23)."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from application.ports.message_source import SettlementRefused, SourceUnusable
from domain.worker_events import DeclareForbidden, IntakeLost
from tests.contracts.message_stage import LETTER, reading
from tests.integration.brokers.private_broker import free_ports
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import persist, until, until_consuming

SECRET = "canary-0815"


@pytest.fixture
def user(stage: RabbitMqStage) -> Iterator[str]:
    """The name of a user that tests give permissions."""
    yield "limited"
    stage.broker.management.delete_user("limited")


async def first_message(stage: RabbitMqStage, url: str) -> None:
    source = stage.source(url=url)
    async with source, asyncio.timeout(5):
        await anext(source.messages())


async def test_a_wrong_password_ends_it_without_being_told(stage: RabbitMqStage) -> None:
    with pytest.raises(SourceUnusable, match="ACCESS_REFUSED") as caught:
        await first_message(stage, stage.broker.address.url(stage.vhost, password=SECRET))
    assert SECRET not in repr(caught.value)
    assert SECRET not in caught.value.cause


async def test_an_unknown_vhost_ends_it(stage: RabbitMqStage) -> None:
    with pytest.raises(SourceUnusable, match="vhost nowhere not found"):
        await first_message(stage, stage.broker.address.url("nowhere"))


async def test_a_vhost_that_the_user_may_not_enter_ends_it(stage: RabbitMqStage, user: str) -> None:
    stage.broker.management.add_user(user, vhost=stage.vhost)
    with pytest.raises(SourceUnusable, match="refused"):
        await first_message(stage, stage.broker.address.url("%2F", user=user, password=user))


async def test_a_queue_that_the_user_may_not_read_ends_it(stage: RabbitMqStage, user: str) -> None:
    stage.broker.management.add_user(user, vhost=stage.vhost, read="^$")
    with pytest.raises(SourceUnusable, match="ACCESS_REFUSED"):
        await first_message(stage, stage.broker.address.url(stage.vhost, user=user, password=user))


@pytest.mark.parametrize("host", ["127.0.0.1", "broker.invalid"], ids=["nobody listens", "no such name"])
async def test_an_unreachable_broker_is_tried_again_without_end(stage: RabbitMqStage, host: str) -> None:
    (port,) = free_ports(1)
    source = stage.source(url=f"amqp://guest:{SECRET}@{host}:{port}/")
    async with reading(source) as inbox:
        await until(lambda: len(stage.observer.of(IntakeLost)) >= 2, within_s=8)
        assert inbox.is_empty()
    first, second, *_ = stage.observer.of(IntakeLost)
    assert first.retry_in_s <= 0.5
    assert second.retry_in_s <= 1
    assert SECRET not in f"{stage.observer.events}"


async def test_a_user_who_may_declare_nothing_consumes_all_the_same(stage: RabbitMqStage, user: str) -> None:
    await stage.publish(b"task")
    stage.broker.management.add_user(user, vhost=stage.vhost, configure="^$")
    source = stage.source(url=stage.broker.address.url(stage.vhost, user=user, password=user))
    async with reading(source) as inbox:
        message = await inbox.next()
        with pytest.raises(SettlementRefused, match="ACCESS_REFUSED"):
            await source.postpone(message, key="key-7", attempts=1, due=stage.clock.now() + timedelta(seconds=1))
        await source.ack(message)
        assert await stage.unsettled() == 0
    assert stage.observer.only(DeclareForbidden).queue == "email_queue"


async def test_a_user_who_may_not_write_keeps_the_message_and_its_channel(stage: RabbitMqStage, user: str) -> None:
    for body in (b"first", b"second"):
        await stage.publish(body)
    stage.broker.management.add_user(user, vhost=stage.vhost, write="^$")
    source = stage.source(url=stage.broker.address.url(stage.vhost, user=user, password=user))
    async with reading(source) as inbox:
        first, second = await inbox.take(2)
        with pytest.raises(SettlementRefused, match="ACCESS_REFUSED"):
            await source.hospitalise(first, LETTER)
        await source.ack(second)
        assert await stage.unsettled() == 1


@pytest.mark.parametrize("lost", ["queue", "exchange"])
async def test_a_hospital_that_was_deleted_is_made_again(stage: RabbitMqStage, lost: str) -> None:
    for number in range(12):
        await stage.publish(b"%d" % number)
    source = stage.source()
    async with reading(source) as inbox:
        messages = await inbox.take(12)
        await source.hospitalise(messages[0], LETTER)
        await stage.take_all("email_failed_queue")
        if lost == "queue":
            stage.broker.management.delete_queue(stage.vhost, "email_failed_queue")
        else:
            stage.broker.management.delete_exchange(stage.vhost, "email_dlx")
        settle = [partial(source.hospitalise, message, LETTER) for message in messages[1:]]
        await asyncio.gather(*(persist(each, within_s=10) for each in settle))
        assert await stage.unsettled() == 0
    assert {letter.body for letter in await stage.letters()} == {b"%d" % number for number in range(1, 12)}


async def test_a_full_hospital_refuses_and_the_message_stays_ours(stage: RabbitMqStage) -> None:
    full = {"max-length": 1, "overflow": "reject-publish"}
    stage.broker.management.add_policy(stage.vhost, "full", pattern="^email_failed_queue$", definition=full)
    for number in range(4):
        await stage.publish(b"%d" % number)
    source = stage.source()
    async with reading(source) as inbox:
        messages = await inbox.take(4)
        refused = {}
        for message in messages:
            try:
                await source.hospitalise(message, LETTER)
            except SettlementRefused as error:
                refused[message] = error.cause
        assert set(refused.values()) == {"the queue rejects the message"}
        assert await stage.unsettled() == len(refused)
        stage.broker.management.delete_policy(stage.vhost, "full")
        for message in refused:
            await persist(partial(source.hospitalise, message, LETTER), within_s=10)
    assert {letter.body for letter in await stage.letters()} == {b"%d" % number for number in range(4)}


async def test_start_up_needs_no_hospital_of_the_workers_own(stage: RabbitMqStage) -> None:
    """A second start finds everything declared and changes nothing."""
    for _ in range(2):
        source = stage.source()
        async with source:
            assert await until_consuming(source) < 1
