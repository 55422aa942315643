"""One slow domain leaves slots for the others, and a popular one is not slowed down."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from application.use_cases.domain_lanes import DomainLanes

SOON_S = 0.02


async def test_a_domain_has_so_many_places_and_the_others_have_theirs() -> None:
    lanes = DomainLanes(width=2, patience_s=SOON_S)
    async with AsyncExitStack() as under_way:
        assert await under_way.enter_async_context(lanes.enter("a@slow.example"))
        assert await under_way.enter_async_context(lanes.enter("b@SLOW.example "))
        assert not await under_way.enter_async_context(lanes.enter("c@slow.example"))
        assert await under_way.enter_async_context(lanes.enter("a@other.example"))
    async with lanes.enter("c@slow.example") as is_free:
        assert is_free


async def test_who_finds_no_place_waits_for_one_while_the_lane_moves() -> None:
    lanes = DomainLanes(width=1, patience_s=60)
    gone: list[int] = []

    async def send(number: int) -> None:
        async with lanes.enter("a@popular.example") as is_free:
            assert is_free
            await asyncio.sleep(0)
            gone.append(number)

    await asyncio.gather(*map(send, range(50)))
    assert gone == list(range(50))


async def test_in_a_stalled_lane_nobody_waits_until_a_mail_leaves_it() -> None:
    lanes = DomainLanes(width=1, patience_s=SOON_S)
    async with lanes.enter("a@slow.example"):
        async with lanes.enter("b@slow.example") as is_free:
            assert not is_free
        async with asyncio.timeout(SOON_S / 2), lanes.enter("c@slow.example") as is_free:
            assert not is_free
    async with lanes.enter("d@slow.example") as is_free:
        assert is_free


async def test_a_place_is_given_back_after_an_error_and_a_wait_can_be_cancelled() -> None:
    lanes = DomainLanes(width=1, patience_s=60)
    with pytest.raises(ValueError, match="of ours"):
        async with lanes.enter("a@slow.example"):
            raise ValueError("of ours")
    async with lanes.enter("a@slow.example"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SOON_S), lanes.enter("b@slow.example"):
                pass
    async with lanes.enter("c@slow.example") as is_free:
        assert is_free


async def test_without_a_width_there_are_as_many_places_as_mails() -> None:
    lanes = DomainLanes(width=None)
    async with AsyncExitStack() as under_way:
        assert all([await under_way.enter_async_context(lanes.enter("a@slow.example")) for _ in range(100)])
