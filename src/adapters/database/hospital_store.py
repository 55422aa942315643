"""The hospital's store on SQLite or PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from adapters.database import letter_changes, letter_operations, letter_records
from adapters.database.ledger import DatabaseLedger
from adapters.database.writer import LAST
from application.ports.hospital_store import Admission, GroupSummary, HospitalStats, HospitalStore
from domain.audit import AuditEntry, Deed
from domain.letter import FailedMail, Letter, LetterContents, LetterRecord, LetterStatus
from domain.letter_filter import LetterFilter

# Below the number of parameters that every SQLite takes in one statement (sqlite.org/limits.html, 9).
_IDS_AT_ONCE = 500

# Letters are numbered in the order of their arrival. Two processes that admit the same letters may wait for each other;
# the database then rolls one back, and the writer repeats its operations one by one.
_AS_THEY_COME = ""


class DatabaseHospitalStore(HospitalStore):
    """Shares the ledger's connection and thread: letters that arrive together are committed together."""

    def __init__(self, *, ledger: DatabaseLedger) -> None:
        self._writer = ledger.writer

    async def admit(self, mail: FailedMail) -> Admission:
        return await self._writer.submit(lambda on: letter_operations.admit(on, mail), order=_AS_THEY_COME)

    async def stats(self) -> HospitalStats:
        return await self._writer.submit(letter_operations.stats, order=LAST)

    async def groups(self, wanted: LetterFilter) -> Sequence[GroupSummary]:
        return await self._writer.submit(lambda on: letter_operations.groups(on, wanted), order=LAST)

    async def page(self, wanted: LetterFilter, *, limit: int, before: int | None = None) -> Sequence[Letter]:
        return await self._writer.submit(lambda on: letter_operations.page(on, wanted, limit, before), order=LAST)

    async def ids(self, wanted: LetterFilter) -> Sequence[int]:
        return await self._writer.submit(lambda on: letter_operations.ids(on, wanted), order=LAST)

    async def letter(self, letter_id: int) -> tuple[Letter, LetterContents] | None:
        return await self._writer.submit(lambda on: letter_operations.fetch(on, letter_id), order=LAST)

    async def move(
        self, ids: Sequence[int], *, source: LetterStatus, target: LetterStatus, deed: Deed | None = None
    ) -> Sequence[int]:
        moved: list[int] = []
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            moved += await self._move(wanted[start : start + _IDS_AT_ONCE], source, target, deed)
        return moved

    async def _move(
        self, ids: Sequence[int], source: LetterStatus, target: LetterStatus, deed: Deed | None
    ) -> Sequence[int]:
        return await self._writer.submit(lambda on: letter_changes.move(on, ids, source, target, deed), order=LAST)

    async def replayable(self, wanted: LetterFilter) -> Sequence[int]:
        return await self._writer.submit(lambda on: letter_changes.replayable(on, wanted), order=LAST)

    async def claim_replay(self, letter_id: int, *, job: int, deed: Deed) -> bool:
        return await self._writer.submit(lambda on: letter_changes.claim_replay(on, letter_id, job, deed), order=LAST)

    async def copy(self, letter_id: int, mail: FailedMail, *, deed: Deed) -> int | None:
        return await self._writer.submit(lambda on: letter_changes.copy(on, letter_id, mail, deed), order=LAST)

    async def note(self, letter_id: int, deed: Deed) -> bool:
        return await self._writer.submit(lambda on: letter_changes.note(on, letter_id, deed), order=LAST)

    async def history(self, letter_id: int) -> Sequence[AuditEntry]:
        return await self._writer.submit(lambda on: letter_changes.history(on, letter_id), order=LAST)

    async def record(self, letter_id: int) -> LetterRecord | None:
        return await self._writer.submit(lambda on: letter_records.record(on, letter_id), order=LAST)

    async def keep(self, record: LetterRecord) -> int | None:
        return await self._writer.submit(lambda on: letter_records.keep(on, record), order=_AS_THEY_COME)

    async def purgeable(self, before: datetime) -> Sequence[int]:
        return await self._writer.submit(lambda on: letter_records.purgeable(on, before), order=LAST)

    async def purge(self, ids: Sequence[int], *, before: datetime) -> int:
        return sum([await self._purge(ids[at : at + _IDS_AT_ONCE], before) for at in range(0, len(ids), _IDS_AT_ONCE)])

    async def _purge(self, ids: Sequence[int], before: datetime) -> int:
        return await self._writer.submit(lambda on: letter_records.purge(on, ids, before), order=LAST)
