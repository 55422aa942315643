"""Whatever a producer writes around a body: one message never stops the others (F12, F13, F65)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aio_pika.abc import AbstractIncomingMessage

from domain.reply import Reply
from tests.contracts.message_stage import LETTER, reading
from tests.integration.rabbitmq.stage import RabbitMqStage

NESTED: dict[str, Any] = {}
for _ in range(400):
    NESTED = {"n": NESTED}

ODD_PROPERTIES: dict[str, dict[str, Any]] = {
    "a time in microseconds": {"timestamp": 1_700_000_000_000_000},
    "a time beyond any calendar": {"timestamp": 2**63 - 1},
    "deeply nested headers": {"headers": {"deep": NESTED}},
    "many headers": {"headers": {f"x-{number}": "v" * 1000 for number in range(60)}},
    "one huge header": {"headers": {"x-trace": "kept", "x-huge": "v" * 100_000}},
    "a long header name": {"headers": {"n" * 200: "v"}},
    "another user": {"user_id": "guest"},
    "copies to other queues": {"headers": {"CC": ["elsewhere", "email_queue"], "BCC": ["email_queue"]}},
    "a forged death": {"headers": {"x-death": [{"queue": "email_queue", "reason": "expired", "count": 9}]}},
    "the highest priority": {"priority": 255},
    "an expiration": {"expiration": "600000"},
    "a foreign content type": {"content_type": "text/html", "content_encoding": "gzip"},
    "an answer wanted": {"reply_to": "elsewhere", "correlation_id": "7", "type": "order", "app_id": "api"},
    "numbers": {"headers": {"big": 2**62, "double": 1e300, "list": [1, "two"], "yes": True}},
}


async def letter_about(stage: RabbitMqStage, properties: dict[str, Any]) -> AbstractIncomingMessage:
    """Publish, postpone, hospitalise, and take the letter; a plain message behind it must get through, too."""
    stage.broker.management.declare_queue(stage.vhost, "email_queue", {})
    stage.broker.management.publish(stage.vhost, "email_queue", "odd", properties)
    await stage.publish(b"plain")
    source = stage.source()
    async with reading(source) as inbox:
        odd, plain = sorted(await inbox.take(2), key=lambda message: message.body)
        assert (odd.body, odd.key, odd.attempts, plain.body) == (b"odd", "", 0, b"plain")
        await source.ack(plain)
        due = stage.clock.now() + timedelta(seconds=0.1)
        await source.postpone(odd, key="key-7", attempts=1, due=due)
        again = await inbox.next()
        assert (again.body, again.key, again.attempts) == (b"odd", "key-7", 1)
        await source.hospitalise(again, LETTER)
        assert inbox.is_empty()
    (letter,) = await stage.take_all("email_failed_queue")
    assert letter.body == b"odd"
    return letter


@pytest.mark.parametrize("properties", ODD_PROPERTIES.values(), ids=ODD_PROPERTIES)
async def test_odd_properties_do_no_harm(stage: RabbitMqStage, properties: dict[str, Any]) -> None:
    letter = await letter_about(stage, properties)
    assert letter.headers["x-mail-key"] == "key-7"
    assert letter.user_id is None
    assert letter.expiration is None
    assert not {"CC", "BCC", "x-death", "x-mail-due", "x-mail-attempt"} & set(letter.headers)


async def test_harmless_properties_and_headers_travel_on(stage: RabbitMqStage) -> None:
    sent = {"content_type": "application/x-protobuf", "correlation_id": "7", "app_id": "api", "type": "order"}
    letter = await letter_about(stage, {**sent, "headers": {"traceparent": "00-ab-cd-01", "x-tenant": 7}})
    assert (letter.content_type, letter.correlation_id, letter.app_id, letter.type) == tuple(sent.values())
    assert (letter.headers["traceparent"], letter.headers["x-tenant"]) == ("00-ab-cd-01", 7)
    assert letter.delivery_mode == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"x-mail-attempt": -1, "x-mail-due": "yesterday"},
        {"x-mail-attempt": 10**6, "x-mail-due": "9999-12-31T23:59:59+00:00"},
        {"x-mail-attempt": "7", "x-mail-due": "2027-03-01T12:00:00"},
        {"x-mail-attempt": True, "x-mail-due": 12},
        {"x-mail-attempt": [1], "x-mail-due": {"a": "b"}, "x-mail-key": 7},
    ],
)
async def test_forged_headers_of_ours_count_for_nothing(stage: RabbitMqStage, headers: dict[str, Any]) -> None:
    await letter_about(stage, {"headers": headers})


async def test_a_giant_reply_is_cut_and_the_connection_stays(stage: RabbitMqStage) -> None:
    for body in (b"failed", b"other"):
        await stage.publish(body)
    giant = replace(LETTER, reply=Reply(code=550, text="no ☹ " * 300_000))
    source = stage.source()
    async with reading(source) as inbox:
        failed, other = await inbox.take(2)
        await source.hospitalise(failed, giant)
        await source.ack(other)
        assert await stage.unsettled() == 0
    (letter,) = await stage.letters()
    assert letter.reply.startswith("550 no ☹ no")
    assert 2000 < len(letter.reply.encode()) <= 2048


async def test_tasks_with_one_message_id_are_retried_each_although_the_rung_is_missing(stage: RabbitMqStage) -> None:
    count = 60
    for number in range(count):
        await stage.publish(b"%d" % number, message_id="the same")
    source = stage.source()
    async with reading(source) as inbox:
        messages = await inbox.take(count)
        due = stage.clock.now() + timedelta(seconds=0.1)
        await asyncio.gather(
            *(source.postpone(message, key="key", attempts=1, due=due) for message in messages[::2]),
            *(source.ack(message) for message in messages[1::2]),
        )
        again = await inbox.take(count // 2)
        await asyncio.gather(*(source.ack(message) for message in again))
    assert {message.body for message in again} == {b"%d" % number for number in range(0, count, 2)}
