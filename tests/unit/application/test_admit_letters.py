"""Letters are kept, then acknowledged, whatever fails in between."""

import asyncio

import pytest

from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.memory.hospital_store import InMemoryHospitalStore
from adapters.memory.ledger import InMemoryLedger
from application.ports.hospital_queue import HospitalQueueUnavailable, ReceivedLetter
from application.ports.hospital_store import Admission
from application.ports.ledger import LedgerUnavailable
from application.use_cases.admit_letters import AdmitLetters
from application.use_cases.read_letter import ReadLetter
from application.use_cases.watch_hospital import WatchHospital, WatchLimits
from domain.failure_reason import FailureKind, FailureReason
from domain.hospital_events import AdmissionInterrupted, LettersAdmitted
from domain.letter import FailedMail
from domain.letter_filter import LetterFilter
from tests.doubles.clock import ManualClock
from tests.doubles.codec import NamedTasks
from tests.doubles.hospital_queue import ScriptedHospitalQueue
from tests.doubles.observer import RecordingObserver


def letter(number: int) -> ReceivedLetter:
    return ReceivedLetter(
        body=b"%d" % number, properties="{}", key=f"mail-{number}", reason=FailureReason(FailureKind.BAD_WIRE)
    )


class FussyStore(InMemoryHospitalStore):
    """Never takes the mail `unwanted`."""

    unwanted = ""

    async def admit(self, mail: FailedMail) -> Admission:
        if mail.key == self.unwanted:
            raise LedgerUnavailable("the database refuses a statement (DataError)")
        return await super().admit(mail)


class Ward:
    """Admission between a queue and a store."""

    def __init__(self, *, letters: int = 0) -> None:
        self.clock = ManualClock()
        self.queue = ScriptedHospitalQueue(letter(number) for number in range(letters))
        self.store = FussyStore(clock=self.clock)
        self.observer = RecordingObserver()
        read = ReadLetter(
            codec=NamedTasks(), addresses=EmailValidatorAddressParser(), ledger=InMemoryLedger(clock=self.clock)
        )
        watch = WatchHospital(
            store=self.store,
            observer=self.observer,
            clock=self.clock,
            limits=WatchLimits(inflow=10_000, age_s=1e9),
        )
        self.admit = AdmitLetters(
            queue=self.queue, store=self.store, read=read, watch=watch, observer=self.observer, clock=self.clock
        )

    async def kept(self) -> int:
        return len(await self.store.ids(LetterFilter()))


async def test_draining_admits_everything_and_ends() -> None:
    ward = Ward(letters=600)
    assert await ward.admit.drain() == 600
    assert (await ward.kept(), ward.queue.ready, ward.queue.held) == (600, [], [])
    assert sum(event.new for event in ward.observer.of(LettersAdmitted)) == 600


async def test_draining_may_be_bounded() -> None:
    ward = Ward(letters=600)
    assert await ward.admit.drain(at_most=300) == 300
    assert (await ward.kept(), len(ward.queue.ready)) == (300, 300)


async def test_a_letter_whose_acknowledgement_failed_comes_again_and_is_known() -> None:
    ward = Ward(letters=3)
    ward.queue.failures = [HospitalQueueUnavailable("gone")]
    with pytest.raises(HospitalQueueUnavailable):
        await ward.admit.drain()
    assert (await ward.kept(), len(ward.queue.ready)) == (3, 3)
    assert await ward.admit.drain() == 3
    assert await ward.kept() == 3
    assert ward.observer.only(LettersAdmitted) == LettersAdmitted(new=0, returned=0, known=3)


async def test_without_a_store_nothing_is_acknowledged() -> None:
    ward = Ward(letters=3)
    ward.store.is_down = True
    with pytest.raises(LedgerUnavailable):
        await ward.admit.drain()
    assert len(ward.queue.ready) == 3


async def test_one_letter_that_cannot_be_kept_stays_and_keeps_no_other_out() -> None:
    ward = Ward(letters=3)
    ward.store.unwanted = "mail-1"
    with pytest.raises(LedgerUnavailable):
        await ward.admit.drain()
    assert (await ward.kept(), [each.key for each in ward.queue.ready]) == (2, ["mail-1"])


async def test_the_loop_admits_what_arrives_until_it_is_stopped() -> None:
    ward = Ward()
    stop = asyncio.Event()
    running = asyncio.create_task(ward.admit.run(stop))
    for number in range(3):
        ward.queue.put(letter(number))
        await ward.clock.advance(0)
    assert await ward.kept() == 3
    stop.set()
    await running


async def test_the_loop_outlives_outages_of_queue_and_store() -> None:
    ward = Ward(letters=1)
    ward.queue.is_down = True
    stop = asyncio.Event()
    running = asyncio.create_task(ward.admit.run(stop))
    await ward.clock.advance(0)
    ward.queue.is_down, ward.store.is_down = False, True
    await ward.clock.advance(1)
    ward.store.is_down = False
    await ward.clock.advance(2)
    assert await ward.kept() == 1
    assert ward.observer.of(AdmissionInterrupted) == [
        AdmissionInterrupted(cause="switched off", retry_in_s=1.0),
        AdmissionInterrupted(cause="switched off", retry_in_s=2.0),
    ]
    stop.set()
    await running


async def test_a_defect_ends_the_loop_with_its_error() -> None:
    ward = Ward(letters=1)
    ward.queue.failures = [TypeError("a defect")]
    with pytest.raises(TypeError, match="a defect"):
        await ward.admit.run(asyncio.Event())
