"""Takes no messages while the ledger or every relay is out of order, and begins again by itself.

States, written here only:

    OPEN --ledger_failed, or relays_failed while none is available--> PAUSED
    PAUSED --the ledger takes a write and some relay is available--> OPEN      at once, but after a relapse not before
                                                                               1, 2, 4 ... 30 s

Each pause hands back what is not begun, and quorum queues of RabbitMQ 4.0 to 4.2 count that against a limit of 20.
"""

import asyncio
import math

from application.ports.clock import Clock
from application.ports.email_transport import EmailTransport
from application.ports.ledger import Ledger, LedgerUnavailable
from application.ports.message_source import MessageSource
from application.ports.observer import Observer
from domain.email_address import EmailAddress
from domain.worker_events import IntakePaused, IntakeResumed, LedgerDown

# Cheap to ask: relays keep a pace of their own, and the ledger is ours.
_ASK_S = 1.0
# Trouble that comes back sooner is a relapse.
_CALM_S = 60.0
# Half of what a recovery may take.
_LONGEST_REST_S = 30.0


class GuardIntake:
    """Hears of failures from the deliveries; `run` does the rest."""

    def __init__(
        self,
        *,
        source: MessageSource,
        transport: EmailTransport,
        ledger: Ledger,
        observer: Observer,
        clock: Clock,
        mail_from: EmailAddress,
    ) -> None:
        self._source = source
        self._transport = transport
        self._ledger = ledger
        self._observer = observer
        self._clock = clock
        self._mail_from = mail_from
        self._cause = ""
        self._troubled = asyncio.Event()

    @property
    def paused_by(self) -> str:
        """What keeps messages from being taken: `ledger`, `relays`, or empty where nothing does."""
        return self._cause if self._troubled.is_set() else ""

    def ledger_failed(self, cause: str) -> None:
        """Note that the ledger could not be read or written."""
        if not self._troubled.is_set():
            self._observer.notify(LedgerDown(cause=cause))
        self._pause("ledger")

    def relays_failed(self) -> None:
        """Note that a mail found no relay; nothing follows while another one is available."""
        if not self._transport.is_available:
            self._pause("relays")

    async def run(self) -> None:
        """Pause and resume until cancelled."""
        relapses, calm_from_s = 0, -math.inf
        while True:
            await self._troubled.wait()
            began_s = self._clock.monotonic_s()
            await self._source.pause_intake()
            self._observer.notify(IntakePaused(cause=self._cause))
            relapses = relapses + 1 if began_s < calm_from_s else 0
            if relapses:
                await self._clock.sleep(min(_ASK_S * 2.0 ** min(relapses - 1, 10), _LONGEST_REST_S))
            while not await self._all_is_well():
                await self._clock.sleep(_ASK_S)
            self._troubled.clear()
            await self._source.resume_intake()
            resumed_s = self._clock.monotonic_s()
            calm_from_s = resumed_s + _CALM_S
            self._observer.notify(IntakeResumed(paused_s=resumed_s - began_s))

    def _pause(self, cause: str) -> None:
        if not self._troubled.is_set():
            self._cause = cause
            self._troubled.set()

    async def _all_is_well(self) -> bool:
        try:
            await self._ledger.probe()
        except LedgerUnavailable:
            return False
        return self._transport.is_available or await self._transport.probe(self._mail_from)
