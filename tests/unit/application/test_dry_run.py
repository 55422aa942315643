"""What a dry run names is what the command then touches, whatever the filter and whatever is in the store."""

import asyncio
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from application.use_cases.move_letters import MoveLetters
from domain.failure_reason import FailureKind
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from domain.replay import ReplayPlan
from tests.contracts.hospital_filters import WORDS, filters
from tests.contracts.hospital_store import a_mail
from tests.unit.application.ward import Outbox, Ward, outcomes

_kinds = st.sampled_from([FailureKind.REFUSED_PERMANENTLY, FailureKind.IN_DOUBT, FailureKind.KEY_REUSED])
_stores = st.lists(
    st.tuples(st.sampled_from(WORDS), _kinds, st.sampled_from([b"good", b"damaged"]), st.sampled_from(LetterStatus)),
    max_size=8,
)
_plans = st.builds(ReplayPlan, send_again=st.booleans(), even_if_it_returns=st.booleans())


async def stored(letters: list[tuple[str, FailureKind, bytes, LetterStatus]]) -> Ward:
    ward = Ward()
    for number, (word, kind, body, status) in enumerate(letters, start=1):
        mail = a_mail(number, category=word, domain=word, relay=word, search_text=word)
        await ward.store.admit(replace(mail, body=body, reason=replace(mail.reason, kind=kind)))
        await ward.store.move([number], source=LetterStatus.WAITING, target=status)
    return ward


@given(letters=_stores, wanted=filters, plan=_plans)
@settings(deadline=None)
def test_of_a_replay(
    letters: list[tuple[str, FailureKind, bytes, LetterStatus]], wanted: LetterFilter, plan: ReplayPlan
) -> None:
    async def run() -> None:
        ward, outbox = await stored(letters), Outbox()
        before = [await ward.store.record(number) for number in range(1, len(letters) + 1)]
        told = await ward.preview(wanted, plan)
        assert [await ward.store.record(number) for number in range(1, len(letters) + 1)] == before
        assert outcomes(await ward.replay(outbox, wanted, plan)) == outcomes(told)
        changed = [
            number
            for number, record in enumerate(before, start=1)
            if record and await ward.store.record(number) != record
        ]
        assert changed == [each.id for each in told if each.is_on_its_way]

    asyncio.run(run())


@given(letters=_stores, wanted=filters, discards=st.booleans())
@settings(deadline=None)
def test_of_a_discard_and_a_restore(
    letters: list[tuple[str, FailureKind, bytes, LetterStatus]], wanted: LetterFilter, discards: bool
) -> None:
    async def run() -> None:
        ward = await stored(letters)
        move = MoveLetters(store=ward.store)
        verb = move.discard if discards else move.restore
        told = await verb(wanted, by="ada@desk", dry_run=True)
        before = {number: await ward.store.record(number) for number in range(1, len(letters) + 1)}
        assert await verb(wanted, by="ada@desk", dry_run=False) == told
        assert [number for number in before if await ward.store.record(number) != before[number]] == list(told)

    asyncio.run(run())
