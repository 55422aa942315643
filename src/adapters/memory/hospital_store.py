"""A hospital store in memory: for the unit tests, and for the demo, which has nothing to remember beyond its end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.letter_row import LetterRow
from application.ports.clock import Clock
from application.ports.hospital_store import REPLAY_LEASE_S, Admission, GroupSummary, HospitalStats, HospitalStore
from application.ports.ledger import LedgerUnavailable
from domain.audit import AuditEntry, Deed
from domain.cause_group import CauseGroup
from domain.letter import FailedMail, Letter, LetterContents, LetterRecord, LetterStatus, identity_of
from domain.letter_filter import LetterFilter, searchable


class InMemoryHospitalStore(HospitalStore):
    """While it `is_down` it is unavailable."""

    def __init__(self, *, clock: Clock) -> None:
        self.is_down = False
        self._clock = clock
        self._rows: dict[int, LetterRow] = {}
        self._ids: dict[str, int] = {}
        self._causes: dict[str, CauseGroup] = {}

    async def admit(self, mail: FailedMail) -> Admission:
        self._require()
        number = self._ids.setdefault(mail.identity, self._next)
        before = self._rows.get(number)
        if before and not before.has_returned(mail):
            return Admission.KNOWN
        self._causes[mail.cause.id] = mail.cause
        now = self._clock.now()
        self._rows[number] = LetterRow(
            letter=Letter(
                id=number,
                key=mail.key,
                status=LetterStatus.WAITING,
                reason=mail.reason,
                reply=mail.reply,
                relay=mail.relay,
                attempts=mail.attempts,
                failed_at=mail.failed_at or now,
                admitted_at=before.letter.admitted_at if before else now,
                category=mail.category,
                domain=mail.domain,
                group=mail.cause.id,
                returned=before.letter.returned + 1 if before else 0,
                original=before.letter.original if before else None,
            ),
            contents=LetterContents(body=mail.body, properties=mail.properties),
            search_text=searchable(mail.search_text),
            job=before.job if before else None,
            history=before.history if before else (),
        )
        return Admission.RETURNED if before else Admission.NEW

    async def stats(self) -> HospitalStats:
        letters = self._select(LetterFilter())
        waiting = [letter for letter in letters if letter.status is LetterStatus.WAITING]
        counts = Counter(letter.status for letter in letters)
        return HospitalStats(
            letters={status: counts[status] for status in LetterStatus},
            waiting_groups=len({letter.group for letter in waiting}),
            oldest_waiting=min((letter.failed_at for letter in waiting), default=None),
        )

    async def groups(self, wanted: LetterFilter) -> Sequence[GroupSummary]:
        by_group: dict[str, list[datetime]] = {}
        for letter in self._select(wanted):
            by_group.setdefault(letter.group, []).append(letter.failed_at)
        summaries = [
            GroupSummary(
                cause=self._causes[group], letters=len(times), first_failed_at=min(times), last_failed_at=max(times)
            )
            for group, times in by_group.items()
        ]
        return sorted(summaries, key=lambda each: (-each.letters, each.cause.id))

    async def page(self, wanted: LetterFilter, *, limit: int, before: int | None = None) -> Sequence[Letter]:
        newest_first = reversed(self._select(wanted))
        return [letter for letter in newest_first if before is None or letter.id < before][:limit]

    async def ids(self, wanted: LetterFilter) -> Sequence[int]:
        return [letter.id for letter in self._select(wanted)]

    async def letter(self, letter_id: int) -> tuple[Letter, LetterContents] | None:
        self._require()
        row = self._rows.get(letter_id)
        return (row.letter, row.contents) if row else None

    async def move(
        self, ids: Sequence[int], *, source: LetterStatus, target: LetterStatus, deed: Deed | None = None
    ) -> Sequence[int]:
        self._require()
        moved = []
        for number in sorted(set(ids) & self._rows.keys()):
            row = self._rows[number]
            if row.letter.status is source:
                left_at = row.left_at_after(target, self._clock.now())
                self._rows[number] = replace(row, letter=replace(row.letter, status=target), left_at=left_at)
                moved.append(number)
                if deed:
                    self._write(number, deed)
        return moved

    async def replayable(self, wanted: LetterFilter) -> Sequence[int]:
        letters = self._select(replace(wanted, status=None))
        return [letter.id for letter in letters if self._is_replayable(self._rows[letter.id])]

    async def claim_replay(self, letter_id: int, *, job: int, deed: Deed) -> bool:
        self._require()
        row = self._rows.get(letter_id)
        if row is None:
            return False
        is_this_jobs = row.letter.status is LetterStatus.REPLAYING and row.job == job
        if not (is_this_jobs or self._is_replayable(row)):
            return False
        letter = replace(row.letter, status=LetterStatus.REPLAYING)
        self._rows[letter_id] = replace(row, letter=letter, left_at=self._clock.now(), job=job)
        self._write(letter_id, deed)
        return True

    async def copy(self, letter_id: int, mail: FailedMail, *, deed: Deed) -> int | None:
        if not await self.move([letter_id], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED):
            return None
        await self.admit(mail)
        number = self._ids[mail.identity]
        row = self._rows[number]
        self._rows[number] = replace(row, letter=replace(row.letter, original=letter_id))
        self._write(letter_id, replace(deed, text=f"as letter {number}; {deed.text}".rstrip("; ")))
        self._write(number, replace(deed, text=f"from letter {letter_id}; {deed.text}".rstrip("; ")))
        return number

    async def note(self, letter_id: int, deed: Deed) -> bool:
        self._require()
        if letter_id not in self._rows:
            return False
        self._write(letter_id, deed)
        return True

    async def history(self, letter_id: int) -> Sequence[AuditEntry]:
        self._require()
        row = self._rows.get(letter_id)
        return row.history if row else ()

    def _write(self, letter_id: int, deed: Deed) -> None:
        row = self._rows[letter_id]
        entry = AuditEntry(at=self._clock.now(), deed=deed)
        self._rows[letter_id] = replace(row, history=(*row.history, entry))

    def _is_replayable(self, row: LetterRow) -> bool:
        if row.letter.status is LetterStatus.REPLAYING and row.left_at:
            return row.left_at <= self._clock.now() - timedelta(seconds=REPLAY_LEASE_S)
        return row.letter.status is LetterStatus.WAITING

    @property
    def _next(self) -> int:
        return max(self._ids.values(), default=0) + 1

    def _select(self, wanted: LetterFilter) -> list[Letter]:
        self._require()
        rows = (self._rows[number] for number in sorted(self._rows))
        return [row.letter for row in rows if wanted.matches(row.letter, row.search_text)]

    def _require(self) -> None:
        if self.is_down:
            raise LedgerUnavailable("switched off")

    async def record(self, letter_id: int) -> LetterRecord | None:
        self._require()
        row = self._rows.get(letter_id)
        return row.record() if row else None

    async def keep(self, record: LetterRecord) -> int | None:
        self._require()
        letter = record.letter
        identity = identity_of(letter.key, record.contents.body)
        if identity in self._ids:
            return None
        number = self._next if letter.id in self._rows else letter.id
        self._ids[identity] = number
        cause = CauseGroup.of(letter.reason, letter.reply, letter.category)
        self._causes.setdefault(letter.group, cause)
        self._rows[number] = LetterRow.of(record, number)
        return number

    async def purgeable(self, before: datetime) -> Sequence[int]:
        self._require()
        return [number for number, row in sorted(self._rows.items()) if row.was_archived_before(before)]

    async def purge(self, ids: Sequence[int], *, before: datetime) -> int:
        gone = set(ids) & set(await self.purgeable(before))
        self._rows = {number: row for number, row in self._rows.items() if number not in gone}
        self._ids = {identity: number for identity, number in self._ids.items() if number not in gone}
        return len(gone)
