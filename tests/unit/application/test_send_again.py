"""What was sent, or may have been, goes out once more only as another mail, or is marked as sent."""

import pytest

from application.ports.message_source import Message
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from domain.outcome import InDoubt
from domain.replay import Fate, ReplayOutcome, ReplayPlan
from tests.unit.application.bench import RELAY
from tests.unit.application.ward import EVERYTHING, Outbox, Ward, outcomes

AGAIN = ReplayPlan(send_again=True)


async def doubtful_ward() -> Ward:
    """Letter 1 is of a mail that was sent, letter 2 of one that is held in doubt, letter 3 of one that was refused."""
    ward = Ward()
    await ward.bench.deliver(Message(body=b"good", key="sent"))
    await ward.admit("sent")
    await ward.admit("doubt", FailureKind.IN_DOUBT)
    await ward.admit("refused")
    return ward


async def test_it_is_another_mail_with_a_key_of_its_own_and_the_original_is_kept() -> None:
    ward, outbox = await doubtful_ward(), Outbox()
    replays = await ward.replay(outbox, plan=AGAIN)
    assert outcomes(replays) == {
        1: ReplayOutcome.SENT_AGAIN,
        2: ReplayOutcome.SENT_AGAIN,
        3: ReplayOutcome.REPLAYED,
    }
    assert [message.key for message in outbox.messages] == ["fresh-1", "fresh-2", "refused"]
    assert {message.body for message in outbox.messages} == {b"good"}
    assert await ward.ids(LetterStatus.ARCHIVED) == [1, 2]
    fetched = await ward.store.letter(4)
    assert fetched
    assert (fetched[0].original, fetched[0].status) == (1, LetterStatus.REPLAYED)
    told = [str(entry) for entry in await ward.store.history(1)]
    assert told == ["sent_again by ada@desk: as letter 4"]


async def test_a_second_time_it_is_refused_and_says_so() -> None:
    ward, outbox = await doubtful_ward(), Outbox()
    await ward.replay(outbox, plan=AGAIN)
    await ward.replay(outbox, LetterFilter(ids=(1, 2, 3)), AGAIN)
    assert len(outbox.messages) == 3
    job = await ward.jobs.begin([1], by="bob@desk")
    (refused,) = await ward.resume(outbox, job, AGAIN)
    assert refused.outcome is ReplayOutcome.NOT_WAITING
    assert str(refused.last) == "sent_again by ada@desk: as letter 4"


async def test_the_fate_of_a_mail_that_was_sent_again_is_that_of_the_new_one() -> None:
    ward, outbox = await doubtful_ward(), Outbox()
    await ward.replay(outbox, LetterFilter(ids=(2,)), AGAIN)
    assert await ward.follow.fates(await ward.jobs.on_their_way(1)) == {2: Fate.UNDER_WAY}
    await ward.bench.deliver(outbox.messages[0])
    assert await ward.follow.fates(await ward.jobs.on_their_way(1)) == {2: Fate.SENT}


async def test_a_copy_whose_replay_died_before_it_was_published_waits_and_goes_out_once() -> None:
    ward, outbox = await doubtful_ward(), Outbox()

    def die() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await ward.replay(Outbox(after=die), LetterFilter(ids=(2,)), AGAIN)
    assert await ward.ids(LetterStatus.WAITING) == [1, 3, 4]
    assert outcomes(await ward.replay(outbox, LetterFilter(ids=(4,)))) == {4: ReplayOutcome.REPLAYED}
    assert [message.key for message in outbox.messages] == ["fresh-1"]


async def test_a_copy_that_ends_in_doubt_is_in_doubt_itself() -> None:
    ward, outbox = Ward(InDoubt(relay=RELAY), policy=InDoubtPolicy.HOLD), Outbox()
    await ward.admit("doubt", FailureKind.IN_DOUBT)
    await ward.replay(outbox, plan=AGAIN)
    await ward.bench.deliver(outbox.messages[0])
    await ward.store.move([2], source=LetterStatus.REPLAYED, target=LetterStatus.WAITING)
    assert outcomes(await ward.replay(outbox)) == {2: ReplayOutcome.IN_DOUBT}


async def test_only_what_has_or_may_have_arrived_is_marked_as_sent_and_comes_back_by_restore() -> None:
    ward = await doubtful_ward()
    dry = [each async for each in ward.marker()(EVERYTHING, by="ada@desk", dry_run=True)]
    assert await ward.ids(LetterStatus.WAITING) == [1, 2, 3]
    assert [each async for each in ward.marker()(EVERYTHING, by="ada@desk", dry_run=False)] == dry
    assert dry == [(1, True), (2, True), (3, False)]
    assert await ward.ids(LetterStatus.ARCHIVED) == [1, 2]
    assert [str(entry) for entry in await ward.store.history(2)] == ["marked_sent by ada@desk"]
