"""The memory of what became of each mail: who may send it now, how often it was tried, whether a relay has it.

States of a mail, written by this port's methods only (docs/adr/0009-ledger.md):

    (none), WAITING --claim--> SENDING                  one owner, with a lease that the ledger prolongs by itself
    FAILED --claim that `revives` it--> SENDING         an operator sent the letter back
    SENDING, lease over --claim--> SENDING              the owner died before its dot: nothing was delivered
    SENDING, DOT --mark_dot--> DOT                      a byte of the dot may leave from now on
    DOT, lease over --claim--> DOT                      the owner died after its dot: the claim is `in_doubt`, and the
                                                        doubt stays until it is concluded, whoever else dies
    SENDING, DOT --conclude(Finish)--> SENT
    SENDING, DOT --conclude(Retry or Wait)--> WAITING
    SENDING, DOT --conclude(Hospitalise)--> FAILED

SENT and FAILED rows are purged when they have not changed for the retention; the others never.
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from domain.attempt import Attempt
from domain.next_step import Finish, Hospitalise, NextStep

# What a claim may say of a FAILED mail, beside the token of one failure: that it stays so, or is taken whatever it was.
NO_FAILURE = ""
ANY_FAILURE = "*"


class LedgerUnavailable(Exception):
    """Nothing can be read or written now; `cause` is one line for an operator, without secrets."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to send one mail; `token` belongs to this claim alone, `attempts` were charged before it.

    `in_doubt` says that an earlier owner died after its dot at `relay`: its attempt has no outcome yet.
    `was_in_doubt` says that a try whose outcome is known was in doubt: a relay may have the mail, come what may.
    `deaths` counts the owners whose lease ended without a conclusion, since the last one that was no Wait.
    """

    key: str
    token: str
    attempts: int
    in_doubt: bool = False
    was_in_doubt: bool = False
    relay: str = ""
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """A relay has this mail."""

    finish: Finish


@dataclass(frozen=True, slots=True)
class AlreadyFailed:
    """This mail was on its way to the hospital; its letter may not have reached it."""

    letter: Hospitalise


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldElsewhere:
    """Another delivery of this mail is under way; its lease ends in `lease_left_s` seconds unless it is prolonged."""

    lease_left_s: float


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key belongs to a mail with another body."""


ClaimResult = Claim | AlreadySent | AlreadyFailed | HeldElsewhere | KeyReused


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is known of one mail; `state` is a state of the module docstring in lower case.

    `failure` says why it FAILED, and `failed_claim` is the token of the claim that did: each failure has another.
    `received_at` is when it was first claimed, `changed_at` when its state was last written; both are aware.
    """

    state: str
    attempts: int
    tries: tuple[Attempt, ...]
    received_at: datetime
    changed_at: datetime
    failure: Hospitalise | None = None
    failed_claim: str = NO_FAILURE


class Ledger(Protocol):
    """Atomic over all workers that share it; what a method has returned is on disk.

    Every method raises LedgerUnavailable, and then it is not known whether it took effect: each may be repeated.
    While it is entered, a ledger prolongs the leases of its own claims and purges old rows in the background.
    """

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Open; raises LedgerUnavailable."""

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    async def probe(self) -> None:
        """Prove that a write reaches the disk; raises LedgerUnavailable."""

    @abstractmethod
    async def claim(self, key: str, *, body_hash: bytes, revives: str = NO_FAILURE) -> ClaimResult:
        """Take the mail if it is free.

        `body_hash` is the SHA-256 of its body. A FAILED mail is taken, and its attempts forgotten, where its
        `failed_claim` is what the caller `revives`: two copies that revive one failure are tried once.
        Of any number of concurrent claims of one key at most one gets a Claim.
        """

    @abstractmethod
    async def mark_dot(self, claim: Claim, *, relay: str) -> bool:
        """Note that the final dot is about to leave to `relay`. False: the lease is lost, the dot must not leave."""

    @abstractmethod
    async def conclude(self, claim: Claim, step: NextStep, attempt: Attempt | None) -> bool:
        """Note what follows, and the try that led to it if there was one; frees the mail.

        False: the lease is lost, somebody else has the mail, and nothing was written, with one exception: a Finish
        is always written, since the relay's word is a fact. Repeating a conclusion that took effect returns True.
        """

    @abstractmethod
    async def timeline(self, key: str) -> Timeline | None:
        """Tell the story of a mail, None if there is none."""

    @abstractmethod
    async def key_of(self, message_id: str) -> str | None:
        """Find the mail whose Message-ID begins with this local part (`message_id_local`), None if there is none.

        Reads every key, the newest first, and keeps nobody from writing meanwhile: for people, not for the worker.
        """
