"""How every MessageSource settles, the one in memory and the one on RabbitMQ."""

import asyncio
from datetime import timedelta

import pytest

from application.ports.ledger import ANY_FAILURE, NO_FAILURE
from application.ports.message_source import Message, MessageSource
from tests.contracts.message_stage import LETTER, Inbox, Letter, Stage, reading

BODIES = [b"", b"plain", bytes(range(256)), b"\x00" * 7, b"x" * 300_000]


class MessageSourceContract:
    """Subclasses provide the stage."""

    @pytest.fixture
    def stage(self) -> Stage:
        raise NotImplementedError

    @pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)} bytes")
    async def test_a_producers_message_arrives_as_it_is(self, stage: Stage, body: bytes) -> None:
        await stage.publish(body, message_id="id-1")
        source = stage.source()
        async with reading(source) as inbox:
            message = await inbox.next()
            await source.ack(message)
        assert (message.body, message.key, message.attempts) == (body, "", 0)
        assert (message.message_id, message.redelivered, message.revives) == ("id-1", False, NO_FAILURE)

    async def test_messages_come_in_order_and_acknowledged_ones_never_again(self, stage: Stage) -> None:
        bodies = [b"%d" % number for number in range(200)]
        for body in bodies:
            await stage.publish(body)
        source = stage.source()
        async with reading(source) as inbox:
            arrived = []
            for _ in bodies:
                arrived.append(await inbox.next())
                await source.ack(arrived[-1])
            assert [message.body for message in arrived] == bodies
            assert await stage.unsettled() == 0
        async with reading(stage.source()) as inbox:
            await stage.pass_time(0.5)
            assert inbox.is_empty()

    async def test_what_is_held_and_what_waits_is_counted(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source) as inbox:
            message = await inbox.next()
            assert source.unacked == 1
            await source.hospitalise(message, LETTER)
            assert source.unacked == 0
            assert await source.count_queued() == {"tasks": 0, "letters": 1}

    async def test_a_postponed_message_comes_back_when_it_is_due_with_key_and_attempts(self, stage: Stage) -> None:
        source = stage.source()
        async with reading(source) as inbox:
            await _postpone_a_first(stage, source, inbox)
            await stage.publish(bytes(range(256)))
            message = await inbox.next()
            due = stage.clock.now() + timedelta(seconds=1.7)
            await source.postpone(message, key="key-7", attempts=2, due=due)
            await stage.pass_time((due - stage.clock.now()).total_seconds() - 0.2)
            assert inbox.is_empty()
            await stage.pass_time(1.2)
            again = await inbox.next()
            await source.ack(again)
        assert (again.body, again.key, again.attempts) == (message.body, "key-7", 2)

    async def test_a_short_wait_is_not_behind_a_long_one_and_waiting_holds_nothing(self, stage: Stage) -> None:
        source = stage.source()
        async with reading(source) as inbox:
            await _postpone_a_first(stage, source, inbox)
            await stage.publish(b"long")
            await stage.publish(b"short")
            long, short = await inbox.take(2)
            now = stage.clock.now()
            await source.postpone(long, key="long", attempts=1, due=now + timedelta(seconds=90))
            await source.postpone(short, key="short", attempts=1, due=now + timedelta(seconds=3))
            assert await stage.unsettled() == 0
            await stage.pass_time(3.5)
            again = await inbox.next()
            await source.ack(again)
            assert again.key == "short"
            assert inbox.is_empty()

    async def test_a_message_can_be_postponed_again_and_again(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source) as inbox:
            message = await inbox.next()
            for attempts in (1, 2, 3):
                due = stage.clock.now() + timedelta(seconds=0.3)
                await source.postpone(message, key="key-7", attempts=attempts, due=due)
                await stage.pass_time(0.9)
                message = await inbox.next()
                assert (message.body, message.key, message.attempts) == (b"task", "key-7", attempts)
            await source.ack(message)

    async def test_a_due_time_in_the_past_is_now(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source) as inbox:
            due = stage.clock.now() - timedelta(days=2)
            await source.postpone(await inbox.next(), key="key-7", attempts=1, due=due)
            await stage.pass_time(1.0)
            await source.ack(await inbox.next())

    @pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)} bytes")
    async def test_the_hospital_has_the_untouched_body_and_the_whole_story(self, stage: Stage, body: bytes) -> None:
        await stage.publish(body)
        source = stage.source()
        async with reading(source) as inbox:
            await source.hospitalise(await inbox.next(), LETTER)
            assert await stage.unsettled() == 0
            await stage.pass_time(0.5)
            assert inbox.is_empty()
        assert await stage.letters() == [
            Letter(
                body=body,
                key="key-7",
                reason="refused_permanently:rcpt",
                attempts=3,
                failed_at=LETTER.failed_at,
                relay="mx.example.com:25",
                reply="550 5.1.1 no such user ☹",
            )
        ]

    async def test_a_letter_that_is_moved_back_says_so_and_is_tried_anew(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source) as inbox:
            await source.hospitalise(await inbox.next(), LETTER)
            await stage.move_letters_back()
            letter = await inbox.next()
            assert (letter.body, letter.key, letter.attempts, letter.revives) == (b"task", "key-7", 0, ANY_FAILURE)
            await source.postpone(letter, key="key-7", attempts=1, due=stage.clock.now())
            await stage.pass_time(1.0)
            mail = await inbox.next()
            assert (mail.key, mail.attempts, mail.revives) == ("key-7", 1, NO_FAILURE)
            await source.ack(mail)

    async def test_a_message_handed_back_is_delivered_again_untouched(self, stage: Stage) -> None:
        await stage.publish(b"task", message_id="id-1")
        source = stage.source()
        async with reading(source) as inbox:
            await source.hand_back(await inbox.next())
            again = await inbox.next()
            await source.ack(again)
        assert (again.body, again.message_id, again.attempts, again.redelivered) == (b"task", "id-1", 0, True)

    async def test_messages_are_settled_in_any_order_and_from_any_task(self, stage: Stage) -> None:
        for number in range(90):
            await stage.publish(b"%d" % number)
        source = stage.source()

        async def settle(message: Message) -> None:
            match int(message.body) % 3:
                case 0:
                    await source.ack(message)
                case 1:
                    await source.hospitalise(message, LETTER)
                case _:
                    due = stage.clock.now() + timedelta(seconds=0.6)
                    await source.postpone(message, key=f"key-{int(message.body)}", attempts=1, due=due)

        async with reading(source) as inbox:
            messages = await inbox.take(90)
            await asyncio.gather(*(settle(message) for message in reversed(messages)))
            await stage.pass_time(1.6)
            again = await inbox.take(30)
            await asyncio.gather(*(source.ack(message) for message in again))
            assert await stage.unsettled() == 0
        assert {(message.body, message.key) for message in again} == {
            (b"%d" % number, f"key-{number}") for number in range(2, 90, 3)
        }
        assert {letter.body for letter in await stage.letters()} == {b"%d" % number for number in range(1, 90, 3)}


async def _postpone_a_first(stage: Stage, source: MessageSource, inbox: Inbox) -> None:
    """Get over what the first copy of all waits for: a broker may make its waiting queues then, and take seconds."""
    await stage.publish(b"first")
    await source.postpone(await inbox.next(), key="first", attempts=1, due=stage.clock.now())
    await stage.pass_time(0.6)
    await source.ack(await inbox.next())
