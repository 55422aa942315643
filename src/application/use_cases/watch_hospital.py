"""Tells when the hospital needs a person: a new cause, many letters at once, a letter that has waited for long."""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.hospital_store import HospitalStore
from application.ports.ledger import LedgerUnavailable
from application.ports.observer import Observer
from domain.hospital_events import CauseFound, InflowHigh, LettersOld
from domain.letter import FailedMail
from domain.letter_filter import LetterFilter

_WINDOW_S = 60.0
# One alarm tells of everything until it is quiet again for so long.
_QUIET_S = 900.0
_LOOK_EVERY_S = 600.0
_REMIND_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLimits:
    """What is too much: `inflow` letters within a minute, a letter that has waited for `age_s`."""

    inflow: int
    age_s: float


class WatchHospital:
    """One for each process that admits; none of what it tells names a letter, or a person."""

    def __init__(self, *, store: HospitalStore, observer: Observer, clock: Clock, limits: WatchLimits) -> None:
        self._store = store
        self._observer = observer
        self._clock = clock
        self._limits = limits
        self._known: set[str] | None = None
        self._arrivals: deque[tuple[float, int]] = deque()
        self._told_inflow_s: float | None = None
        self._told_age_s: float | None = None

    async def begin(self) -> None:
        """Learn which causes are known; raises LedgerUnavailable. To be called before the first letter is kept."""
        if self._known is None:
            self._known = {each.cause.id for each in await self._store.groups(LetterFilter())}

    def admitted(self, mails: Sequence[FailedMail]) -> None:
        """Hear of mails that were kept."""
        known = self._known if self._known is not None else set()
        for cause in {mail.cause.id: mail.cause for mail in mails if mail.cause.id not in known}.values():
            known.add(cause.id)
            self._observer.notify(
                CauseFound(group=cause.id, reason=str(cause.reason.kind), reply_code=cause.reply_code)
            )
        now_s = self._clock.monotonic_s()
        self._arrivals.append((now_s, len(mails)))
        while self._arrivals[0][0] <= now_s - _WINDOW_S:
            self._arrivals.popleft()
        if (letters := sum(count for _, count in self._arrivals)) > self._limits.inflow:
            is_news = self._told_inflow_s is None or now_s - self._told_inflow_s >= _QUIET_S
            self._told_inflow_s = now_s
            if is_news:
                self._observer.notify(InflowHigh(letters=letters, within_s=_WINDOW_S))

    async def watch_age(self) -> None:
        """Look at the oldest letter from time to time, for ever."""
        while True:
            # Admission itself tells of a database that is away.
            with suppress(LedgerUnavailable):
                await self._look_at_the_oldest()
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _look_at_the_oldest(self) -> None:
        oldest = (await self._store.stats()).oldest_waiting
        age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        now_s = self._clock.monotonic_s()
        if age_s <= self._limits.age_s:
            self._told_age_s = None
        elif self._told_age_s is None or now_s - self._told_age_s >= _REMIND_S:
            self._told_age_s = now_s
            self._observer.notify(LettersOld(oldest_age_s=age_s))
