"""A hospital store in memory: for the unit tests, and for the demo, which has nothing to remember beyond its end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.hospital_store import REPLAY_LEASE_S, Admission, GroupSummary, HospitalStats, HospitalStore
from application.ports.ledger import LedgerUnavailable
from domain.audit import AuditEntry, Deed
from domain.cause_group import CauseGroup
from domain.letter import FailedMail, Letter, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter, searchable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    letter: Letter
    contents: LetterContents
    search_text: str
    left_at: datetime | None = None
    job: int | None = None
    history: tuple[AuditEntry, ...] = ()


class InMemoryHospitalStore(HospitalStore):
    """While it `is_down` it is unavailable."""

    def __init__(self, *, clock: Clock) -> None:
        self.is_down = False
        self._clock = clock
        self._rows: dict[int, _Row] = {}
        self._ids: dict[str, int] = {}
        self._causes: dict[str, CauseGroup] = {}

    async def admit(self, mail: FailedMail) -> Admission:
        self._require()
        number = self._ids.setdefault(mail.identity, len(self._ids) + 1)
        before = self._rows.get(number)
        if before and not _has_returned(before, mail):
            return Admission.KNOWN
        self._causes[mail.cause.id] = mail.cause
        now = self._clock.now()
        self._rows[number] = _Row(
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
                left_at = _left_at(row.left_at, target, self._clock.now())
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

    def _is_replayable(self, row: _Row) -> bool:
        if row.letter.status is LetterStatus.REPLAYING and row.left_at:
            return row.left_at <= self._clock.now() - timedelta(seconds=REPLAY_LEASE_S)
        return row.letter.status is LetterStatus.WAITING

    def _select(self, wanted: LetterFilter) -> list[Letter]:
        self._require()
        rows = (self._rows[number] for number in sorted(self._rows))
        return [row.letter for row in rows if wanted.matches(row.letter, row.search_text)]

    def _require(self) -> None:
        if self.is_down:
            raise LedgerUnavailable("switched off")


def _has_returned(row: _Row, mail: FailedMail) -> bool:
    return row.left_at is not None and mail.failed_at is not None and mail.failed_at > row.left_at


def _left_at(before: datetime | None, target: LetterStatus, now: datetime) -> datetime | None:
    return None if target is LetterStatus.WAITING else before or now
