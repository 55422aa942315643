"""Archives letters whose mails have arrived, as an operator has found out."""

from collections.abc import AsyncIterator

from application.ports.hospital_store import HospitalStore
from application.use_cases.replay_letter import ReplayLetter
from domain.audit import Action, Deed
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from domain.replay import ReplayOutcome, ReplayPlan

_MAY_HAVE_ARRIVED = {ReplayOutcome.IN_DOUBT, ReplayOutcome.ALREADY_SENT}


class MarkSent:
    """Only letters of mails that a relay has, or may have; `restore` takes it back."""

    def __init__(self, *, store: HospitalStore, replay: ReplayLetter) -> None:
        self._store = store
        self._replay = replay

    async def __call__(self, wanted: LetterFilter, *, by: str, dry_run: bool) -> AsyncIterator[tuple[int, bool]]:
        """Tell each letter that waits of a filter, and whether it is (or would be) marked. Raises LedgerUnavailable."""
        deed = Deed(action=Action.MARKED_SENT, by=by)
        for letter_id in await self._store.replayable(wanted):
            judged = await self._replay.judge(letter_id, ReplayPlan())
            marked = judged.outcome in _MAY_HAVE_ARRIVED
            if marked and not dry_run:
                source, target = LetterStatus.WAITING, LetterStatus.ARCHIVED
                marked = bool(await self._store.move([letter_id], source=source, target=target, deed=deed))
            yield letter_id, marked
