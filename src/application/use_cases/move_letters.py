"""Archives letters and takes them back: exactly those that a dry run names."""

from collections.abc import Sequence
from dataclasses import replace

from application.ports.hospital_store import HospitalStore
from domain.audit import Action, Deed
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter


class MoveLetters:
    """`discard` deletes nothing, and `restore` undoes it."""

    def __init__(self, *, store: HospitalStore) -> None:
        self._store = store

    async def discard(self, wanted: LetterFilter, *, by: str, dry_run: bool) -> Sequence[int]:
        """Archive what waits of a filter; returns the ids, ascending. Raises LedgerUnavailable."""
        return await self._move(wanted, Deed(action=Action.DISCARDED, by=by), dry_run=dry_run)

    async def restore(self, wanted: LetterFilter, *, by: str, dry_run: bool) -> Sequence[int]:
        """Let what is archived of a filter wait again; returns the ids, ascending. Raises LedgerUnavailable."""
        return await self._move(wanted, Deed(action=Action.RESTORED, by=by), dry_run=dry_run)

    async def _move(self, wanted: LetterFilter, deed: Deed, *, dry_run: bool) -> Sequence[int]:
        source, target = LetterStatus.WAITING, LetterStatus.ARCHIVED
        if deed.action is Action.RESTORED:
            source, target = target, source
        ids = await self._store.ids(replace(wanted, status=source))
        return ids if dry_run else await self._store.move(ids, source=source, target=target, deed=deed)
