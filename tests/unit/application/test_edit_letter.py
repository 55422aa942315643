"""An edit makes another mail, and keeps the original as it was."""

from dataclasses import replace

import pytest

from adapters.memory.hospital_store import InMemoryHospitalStore
from application.use_cases.edit_letter import EditLetter, EditRefused
from application.use_cases.read_letter import ReadLetter
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import FailedMail, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter
from tests.doubles.addresses import SplitAtSign
from tests.doubles.clock import ManualClock
from tests.doubles.codec import NamedTasks
from tests.unit.application.bench import GOOD, Bench

MOVED = replace(GOOD, to="alice@new.example.com")
MAIL = FailedMail(key="m-1", body=b"good", properties='{"headers":{}}', reason=FailureReason(FailureKind.EXPIRED))


class Desk:
    def __init__(self) -> None:
        self.store = InMemoryHospitalStore(clock=ManualClock())
        codec = NamedTasks(good=GOOD, moved=MOVED)
        self.edit = EditLetter(
            store=self.store,
            codec=codec,
            addresses=SplitAtSign(),
            read=ReadLetter(codec=codec, addresses=SplitAtSign(), ledger=Bench().ledger),
            fresh_key=lambda: "fresh",
        )


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.store.admit(MAIL)
    return desk


async def test_the_new_letter_waits_under_its_own_key_and_is_found_by_its_new_words(desk: Desk) -> None:
    made = await desk.edit(1, MOVED, by="ada@desk")
    assert (made.id, list(made.changed)) == (2, ["to"])
    new, old = await desk.store.letter(2), await desk.store.letter(1)
    assert new
    assert old
    assert (new[0].key, new[0].original, new[0].domain, new[1].body) == ("fresh", 1, "new.example.com", b"moved")
    assert (old[0].status, old[1]) == (LetterStatus.ARCHIVED, LetterContents(body=b"good", properties=MAIL.properties))
    assert list(await desk.store.ids(LetterFilter(text="alice@new"))) == [2]
    assert [str(entry) for entry in await desk.store.history(1)] == ["edited by ada@desk: as letter 2; to"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "nothing was changed"),
        ({"to": ""}, "to: must not be empty"),
        ({"subject": "  "}, "subject: must not be empty"),
        ({"to": "alice"}, "to: syntax"),
        ({"subject": "unheard of"}, "the schema has no such task"),
    ],
)
async def test_an_invalid_edit_is_refused_and_changes_nothing(
    desk: Desk, changes: dict[str, str], problem: str
) -> None:
    with pytest.raises(EditRefused) as refused:
        await desk.edit(1, replace(GOOD, **changes), by="ada@desk")  # type: ignore[arg-type]  # texts only
    assert refused.value.problem == problem
    assert list(await desk.store.ids(LetterFilter(status=LetterStatus.WAITING))) == [1]


@pytest.mark.parametrize(("number", "why"), [(1, "archived"), (2, "bad_wire"), (99, "no such letter")])
async def test_only_a_task_that_waits_can_be_edited(desk: Desk, number: int, why: str) -> None:
    await desk.store.admit(replace(MAIL, key="m-2", body=b"damaged"))
    await desk.edit(1, MOVED, by="ada@desk")
    with pytest.raises(EditRefused) as refused:
        await desk.edit.task(number)
    assert why in refused.value.problem
