"""Moves letters from the hospital's queue into its store: kept first, then acknowledged, so that none is ever lost."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from application.ports.clock import Clock
from application.ports.hospital_queue import HospitalQueue, HospitalQueueUnavailable, ReceivedLetter
from application.ports.hospital_store import Admission, HospitalStore
from application.ports.ledger import LedgerUnavailable
from application.ports.observer import Observer
from application.use_cases.read_letter import ReadLetter
from application.use_cases.watch_hospital import WatchHospital
from domain.hospital_events import AdmissionInterrupted, LettersAdmitted
from domain.letter import FailedMail

_BATCH = 256
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0


class AdmitLetters:
    """Any number of processes may admit from one queue: a letter that two of them get is one letter."""

    def __init__(
        self,
        *,
        queue: HospitalQueue,
        store: HospitalStore,
        read: ReadLetter,
        watch: WatchHospital,
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._store = store
        self._read = read
        self._watch = watch
        self._observer = observer
        self._clock = clock
        self._pause_s = _FIRST_PAUSE_S

    async def run(self, stop: asyncio.Event) -> None:
        """Admit until `stop`, over outages of broker and database."""
        admitting = asyncio.create_task(self._admit_for_ever())
        stopping = asyncio.create_task(stop.wait())
        watching = asyncio.create_task(self._watch.watch_age())
        try:
            await asyncio.wait({admitting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if admitting.done():
                admitting.result()
        finally:
            # What is on its way into the store comes again if it is not acknowledged, and is recognised.
            for task in (admitting, stopping, watching):
                task.cancel()
            await asyncio.gather(admitting, stopping, watching, return_exceptions=True)

    async def drain(self, *, at_most: int | None = None) -> int:
        """Admit until the queue is empty, or `at_most` are; returns how many.

        Raises HospitalQueueUnavailable, LedgerUnavailable.
        """
        admitted = 0
        async with self._queue as queue:
            while at_most is None or admitted < at_most:
                limit = _BATCH if at_most is None else min(_BATCH, at_most - admitted)
                letters = await queue.receive(limit=limit, wait=False)
                if not letters:
                    break
                await self._admit(queue, letters)
                admitted += len(letters)
        return admitted

    async def _admit_for_ever(self) -> None:
        while True:
            try:
                async with self._queue as queue:
                    while True:
                        await self._admit(queue, await queue.receive(limit=_BATCH, wait=True))
                        self._pause_s = _FIRST_PAUSE_S
            except (HospitalQueueUnavailable, LedgerUnavailable) as down:
                self._observer.notify(AdmissionInterrupted(cause=down.cause, retry_in_s=self._pause_s))
            await self._clock.sleep(self._pause_s)
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)

    async def _admit(self, queue: HospitalQueue, letters: Sequence[ReceivedLetter]) -> None:
        await self._watch.begin()
        news: list[FailedMail] = []
        # Together, so that the store may commit them together; one that fails keeps none of the others out.
        results = await asyncio.gather(*(self._keep(letter, news) for letter in letters), return_exceptions=True)
        kept = [letter for letter, result in zip(letters, results, strict=True) if isinstance(result, Admission)]
        if kept:
            await queue.acknowledge(kept)
            counts = Counter(result for result in results if isinstance(result, Admission))
            self._observer.notify(
                LettersAdmitted(
                    new=counts[Admission.NEW], returned=counts[Admission.RETURNED], known=counts[Admission.KNOWN]
                )
            )
        if news:
            self._watch.admitted(news)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _keep(self, letter: ReceivedLetter, news: list[FailedMail]) -> Admission:
        mail = await self._read(letter)
        admission = await self._store.admit(mail)
        if admission is not Admission.KNOWN:
            news.append(mail)
        return admission
