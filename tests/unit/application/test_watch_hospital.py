"""A person is told of a new cause, of many letters at once, and of letters that wait for long; each once."""

import asyncio
from datetime import timedelta

from adapters.memory.hospital_store import InMemoryHospitalStore
from application.use_cases.watch_hospital import WatchHospital, WatchLimits
from domain.failure_reason import FailureKind, FailureReason
from domain.hospital_events import CauseFound, InflowHigh, LettersOld
from domain.letter import LetterStatus
from tests.contracts.hospital_store import a_mail
from tests.doubles.clock import START, ManualClock
from tests.doubles.observer import RecordingObserver

EXPIRED = FailureReason(FailureKind.EXPIRED)


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = InMemoryHospitalStore(clock=self.clock)
        self.observer = RecordingObserver()
        self.watch = self.another()

    def another(self) -> WatchHospital:
        limits = WatchLimits(inflow=10, age_s=3600)
        return WatchHospital(store=self.store, observer=self.observer, clock=self.clock, limits=limits)


async def test_a_cause_is_told_when_it_is_new_to_the_store_and_only_then() -> None:
    desk = Desk()
    await desk.store.admit(a_mail(1))
    await desk.watch.begin()
    desk.watch.admitted([a_mail(2)])
    assert desk.observer.events == []
    expired = [a_mail(number, reason=EXPIRED, reply=None) for number in (3, 4)]
    desk.watch.admitted(expired)
    desk.watch.admitted(expired)
    assert desk.observer.only(CauseFound) == CauseFound(group=expired[0].cause.id, reason="expired", reply_code=None)


async def test_many_letters_within_a_minute_are_told_once_until_it_was_quiet() -> None:
    desk = Desk()
    await desk.store.admit(a_mail(1))
    await desk.watch.begin()
    for _ in range(3):
        desk.watch.admitted([a_mail(1)] * 10)
        await desk.clock.advance(61)
    assert desk.observer.of(InflowHigh) == []
    for _ in range(4):
        desk.watch.admitted([a_mail(1)] * 10)
        await desk.clock.advance(20)
    assert desk.observer.only(InflowHigh) == InflowHigh(letters=20, within_s=60)
    await desk.clock.advance(1000)
    desk.watch.admitted([a_mail(1)] * 11)
    assert len(desk.observer.of(InflowHigh)) == 2


async def test_a_letter_that_waits_for_long_is_told_once_a_day() -> None:
    desk = Desk()
    await desk.store.admit(a_mail(1, failed_at=START))
    watching = asyncio.create_task(desk.watch.watch_age())
    await desk.clock.advance(3600)
    assert desk.observer.of(LettersOld) == []
    await desk.clock.advance(600)
    assert desk.observer.only(LettersOld) == LettersOld(oldest_age_s=4200)
    await desk.clock.advance(timedelta(hours=23).total_seconds())
    assert len(desk.observer.of(LettersOld)) == 1
    desk.store.is_down = True
    await desk.clock.advance(3600)
    desk.store.is_down = False
    await desk.clock.advance(600)
    assert len(desk.observer.of(LettersOld)) == 2
    await desk.store.move([1], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)
    await desk.clock.advance(2 * 86_400)
    assert len(desk.observer.of(LettersOld)) == 2
    watching.cancel()
