"""How every MessageSource begins, pauses, stops and ends."""

import asyncio

import pytest

from application.ports.message_source import MessageGone
from tests.contracts.message_stage import LETTER, PATIENCE_S, Stage, reading


class MessageIntakeContract:
    """Subclasses provide the stage."""

    @pytest.fixture
    def stage(self) -> Stage:
        raise NotImplementedError

    async def test_a_paused_source_yields_nothing_and_settles_what_it_yielded(self, stage: Stage) -> None:
        for number in range(5):
            await stage.publish(b"%d" % number)
        source = stage.source()
        async with source:
            messages = source.messages()
            first = await anext(messages)
            await source.pause_intake()
            await source.pause_intake()
            rest = asyncio.ensure_future(anext(messages))
            assert await stage.unsettled() == 1
            await source.ack(first)
            await stage.publish(b"5")
            await stage.pass_time(0.5)
            assert await stage.unsettled() == 0
            assert not rest.done()
            assert source.is_consuming
            await source.resume_intake()
            async with asyncio.timeout(PATIENCE_S):
                arrived = [await rest, *[await anext(messages) for _ in range(4)]]
            for message in arrived:
                await source.ack(message)
        assert [message.body for message in arrived] == [b"1", b"2", b"3", b"4", b"5"]

    async def test_a_pause_can_begin_and_end_in_any_moment(self, stage: Stage) -> None:
        for number in range(50):
            await stage.publish(b"%d" % number)
        source = stage.source()
        async with reading(source) as inbox:
            verbs = [source.pause_intake, source.resume_intake] * 10
            await asyncio.gather(*(verb() for verb in verbs))
            bodies: set[bytes] = set()
            while len(bodies) < 50:
                message = await inbox.next()
                bodies.add(message.body)
                await source.ack(message)
            assert await stage.unsettled() == 0

    async def test_a_paused_source_can_be_stopped(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source):
            await source.pause_intake()
        assert not source.is_consuming
        async with reading(stage.source()) as inbox:
            await inbox.next()

    async def test_after_stop_intake_nothing_is_yielded_and_what_was_can_be_settled(self, stage: Stage) -> None:
        source = stage.source()
        async with source:
            for number in range(5):
                await stage.publish(b"%d" % number)
            messages = source.messages()
            first = await anext(messages)
            await source.stop_intake()
            await source.stop_intake()
            assert [message async for message in messages] == []
            assert not source.is_consuming
            assert await stage.unsettled() == 1
            await source.ack(first)
        async with reading(stage.source()) as inbox:
            assert [message.body for message in await inbox.take(4)] == [b"1", b"2", b"3", b"4"]

    async def test_what_is_unsettled_when_the_source_is_left_goes_back_to_the_queue(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        async with reading(source) as inbox:
            message = await inbox.next()
            assert await stage.unsettled() == 1
        with pytest.raises(MessageGone):
            await source.ack(message)
        with pytest.raises(MessageGone):
            await source.postpone(message, key="key-7", attempts=1, due=stage.clock.now())
        with pytest.raises(MessageGone):
            await source.hospitalise(message, LETTER)
        with pytest.raises(MessageGone):
            await source.hand_back(message)
        async with reading(stage.source()) as inbox:
            again = await inbox.next()
            assert (again.body, again.redelivered) == (b"task", True)
        assert await stage.letters() == []

    async def test_a_source_says_whether_messages_can_arrive(self, stage: Stage) -> None:
        await stage.publish(b"task")
        source = stage.source()
        before = source.is_consuming
        async with reading(source) as inbox:
            await source.ack(await inbox.next())
            meanwhile = source.is_consuming
        assert (before, meanwhile, source.is_consuming) == (False, True, False)
