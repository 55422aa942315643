"""A ledger in memory: for the unit tests and the demo, which has nothing to remember beyond its end."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from application.ports.clock import Clock
from application.ports.ledger import (
    ANY_FAILURE,
    NO_FAILURE,
    AlreadyFailed,
    AlreadySent,
    Claim,
    ClaimResult,
    HeldElsewhere,
    KeyReused,
    Ledger,
    LedgerUnavailable,
    Timeline,
)
from domain.attempt import Attempt
from domain.idempotency_key import message_id_local
from domain.next_step import Finish, Hospitalise, NextStep, Retry, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    body_hash: bytes
    state: str = "sending"
    token: str = ""
    lease_until_s: float = 0.0
    attempts: int = 0
    deaths: int = 0
    relay: str = ""
    step: NextStep | None = None
    tries: tuple[Attempt, ...] = ()
    received_at: datetime
    changed_at: datetime


@dataclass(slots=True)
class LedgerStore:
    """What several ledgers share; while `is_down` all of them are unavailable.

    `prolonged` holds the tokens of the claims whose owner lives: their leases do not end.
    """

    rows: dict[str, _Row] = field(default_factory=dict)
    prolonged: set[str] = field(default_factory=set)
    is_down: bool = False


class InMemoryLedger(Ledger):
    """Leases live by the clock's monotonic time, as long as the ledger is entered."""

    def __init__(self, *, clock: Clock, lease_s: float = 30.0, store: LedgerStore | None = None) -> None:
        self.store = store or LedgerStore()
        self._clock = clock
        self._lease_s = lease_s
        self._is_open = False
        self._mine: set[str] = set()

    async def __aenter__(self) -> Self:
        self._require()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self.store.prolonged -= self._mine

    async def probe(self) -> None:
        self._require()

    async def claim(self, key: str, *, body_hash: bytes, revives: str = NO_FAILURE) -> ClaimResult:
        self._require()
        now = self._clock.now()
        new = _Row(body_hash=body_hash, state="waiting", received_at=now, changed_at=now)
        row = self.store.rows.get(key) or new
        if row.body_hash != body_hash:
            return KeyReused()
        match row:
            case _Row(state="sent", step=Finish() as finish):
                return AlreadySent(finish)
            case _Row(state="failed", step=Hospitalise() as letter) if revives not in {ANY_FAILURE, row.token}:
                return AlreadyFailed(letter)
            case _Row(state="sending" | "dot") if (left_s := self._lease_left_s(row)) > 0:
                return HeldElsewhere(lease_left_s=left_s)
        attempts = 0 if row.state == "failed" else row.attempts
        deaths = row.deaths + (row.state in {"sending", "dot"})
        claim = Claim(
            key=key,
            token=uuid.uuid4().hex,
            attempts=attempts,
            in_doubt=row.state == "dot",
            was_in_doubt=any(each.is_in_doubt for each in row.tries),
            relay=row.relay if row.state == "dot" else "",
            deaths=deaths,
        )
        self._mine.add(claim.token)
        if self._is_open:
            self.store.prolonged.add(claim.token)
        lease_until_s = self._clock.monotonic_s() + self._lease_s
        state = "dot" if claim.in_doubt else "sending"
        self.store.rows[key] = replace(
            row,
            state=state,
            token=claim.token,
            lease_until_s=lease_until_s,
            attempts=attempts,
            deaths=deaths,
            changed_at=now,
        )
        return claim

    async def mark_dot(self, claim: Claim, *, relay: str) -> bool:
        self._require()
        row = self.store.rows[claim.key]
        if not self._holds(claim, row):
            return False
        self.store.rows[claim.key] = replace(row, state="dot", relay=relay)
        return True

    async def conclude(self, claim: Claim, step: NextStep, attempt: Attempt | None) -> bool:
        self._require()
        row = self.store.rows[claim.key]
        if row.token == claim.token and row.step == step and row.state not in {"sending", "dot"}:
            return True
        is_ours = row.state in {"sending", "dot"} and row.token == claim.token
        if not is_ours and not isinstance(step, Finish):
            return False
        self.store.rows[claim.key] = replace(
            row,
            state=_state_after(step),
            token=claim.token,
            attempts=step.attempts,
            deaths=row.deaths if isinstance(step, Wait) else 0,
            step=step,
            tries=(*row.tries, attempt) if attempt else row.tries,
            changed_at=self._clock.now(),
        )
        return True

    async def timeline(self, key: str) -> Timeline | None:
        self._require()
        row = self.store.rows.get(key)
        if row is None:
            return None
        tries = sorted(row.tries, key=lambda each: each.started_at)
        failure = row.step if row.state == "failed" and isinstance(row.step, Hospitalise) else None
        return Timeline(
            state=row.state,
            attempts=row.attempts,
            tries=tuple(tries),
            failure=failure,
            received_at=row.received_at,
            changed_at=row.changed_at,
            failed_claim=row.token if failure else NO_FAILURE,
        )

    async def key_of(self, message_id: str) -> str | None:
        self._require()
        return next((key for key in self.store.rows if message_id_local(key) == message_id), None)

    def _holds(self, claim: Claim, row: _Row) -> bool:
        return row.state in {"sending", "dot"} and row.token == claim.token and self._lease_left_s(row) > 0

    def _lease_left_s(self, row: _Row) -> float:
        if row.token in self.store.prolonged:
            return self._lease_s
        return row.lease_until_s - self._clock.monotonic_s()

    def _require(self) -> None:
        if self.store.is_down:
            raise LedgerUnavailable("switched off")


def _state_after(step: NextStep) -> str:
    match step:
        case Finish():
            return "sent"
        case Hospitalise():
            return "failed"
        case Retry() | Wait():
            return "waiting"
