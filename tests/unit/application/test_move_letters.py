"""What is discarded and restored is what a dry run said."""

import asyncio

from hypothesis import given

from application.use_cases.move_letters import MoveLetters
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from tests.contracts.hospital_filters import WORDS, filled_fake, filters


@given(wanted=filters)
def test_a_dry_run_names_exactly_what_the_command_then_touches(wanted: LetterFilter) -> None:
    with asyncio.Runner() as runner:
        store = runner.run(filled_fake())
        move = MoveLetters(store=store)
        waiting = runner.run(store.ids(LetterFilter(status=LetterStatus.WAITING)))
        for verb in (move.discard, move.restore):
            named = runner.run(verb(wanted, by="ada@desk", dry_run=True))
            assert runner.run(verb(wanted, by="ada@desk", dry_run=True)) == named
            assert runner.run(verb(wanted, by="ada@desk", dry_run=False)) == named
        restored = set(runner.run(store.ids(LetterFilter(status=LetterStatus.WAITING))))
        assert restored >= set(waiting)


async def test_a_letter_that_was_discarded_and_restored_is_the_same_letter() -> None:
    store = await filled_fake()
    before = await store.letter(1)
    move = MoveLetters(store=store)
    one = LetterFilter(ids=(1,))
    assert list(await move.discard(one, by="ada@desk", dry_run=False)) == [1]
    assert list(await move.discard(one, by="ada@desk", dry_run=False)) == []
    assert list(await move.restore(one, by="ada@desk", dry_run=False)) == [1]
    assert await store.letter(1) == before
    assert len(await store.ids(LetterFilter())) == len(WORDS)
