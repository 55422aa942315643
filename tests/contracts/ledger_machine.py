"""Any order of calls by two workers, against a model of the states in the port's docstring."""

import asyncio
from abc import abstractmethod
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from application.ports.ledger import (
    ANY_FAILURE,
    NO_FAILURE,
    AlreadyFailed,
    AlreadySent,
    Claim,
    HeldElsewhere,
    KeyReused,
    Ledger,
)
from domain.attempt import Attempt
from domain.next_step import Finish, Hospitalise, NextStep, Wait
from tests.contracts.ledger import BODY, OTHER_BODY, RELAY, STEPS, LedgerStage, a_try

_OPEN = {"sending", "dot"}


@dataclass
class Mail:
    """What the model knows of a mail."""

    body: bytes
    state: str = "waiting"
    token: str = ""
    has_lease: bool = False
    attempts: int = 0
    deaths: int = 0
    step: NextStep | None = None
    tries: set[Attempt] = field(default_factory=set)


@dataclass(eq=False)
class Owned:
    """A claim, and how its owner concludes it, as often as it does."""

    claim: Claim
    step: NextStep
    attempt: Attempt


class LedgerMachine(RuleBasedStateMachine):
    """Subclass with `make_stage` and `close_stage`."""

    claims = Bundle("claims")
    workers = st.integers(0, 1)
    keys = st.sampled_from(["key-1", "key-2"])

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._mails: dict[str, Mail] = {}
        self._number = 0

    @abstractmethod
    def make_stage(self) -> LedgerStage:
        """Give a new, empty store."""

    @abstractmethod
    async def close_stage(self) -> None:
        """Let its ledgers be left."""

    @initialize()
    def begin(self) -> None:
        self._stage = self.make_stage()
        self._ledgers: list[Ledger] = [self._runner.run(self._stage.worker()) for _ in range(2)]

    def teardown(self) -> None:
        with self._runner:
            self._runner.run(self.close_stage())

    @rule(
        target=claims,
        worker=workers,
        key=keys,
        body=st.sampled_from([BODY] * 4 + [OTHER_BODY]),
        revives=st.sampled_from([NO_FAILURE, ANY_FAILURE]),
        step=st.sampled_from(STEPS),
    )
    def claim(self, worker: int, key: str, body: bytes, revives: str, step: NextStep) -> object:
        result = self._runner.run(self._ledgers[worker].claim(key, body_hash=body, revives=revives))
        mail = self._mails.setdefault(key, Mail(body=body))
        if mail.body != body:
            assert result == KeyReused()
        elif mail.state == "sent":
            assert isinstance(mail.step, Finish)
            assert result == AlreadySent(mail.step)
        elif mail.state == "failed" and revives == NO_FAILURE:
            assert isinstance(mail.step, Hospitalise)
            assert result == AlreadyFailed(mail.step)
        elif mail.state in _OPEN and mail.has_lease:
            assert isinstance(result, HeldElsewhere)
        else:
            assert isinstance(result, Claim)
            self._take(mail, result)
            self._number += 1
            # Every third try is one that is never forgotten.
            outcome = "Refused" if self._number % 3 else "InDoubt"
            return Owned(result, step, replace(a_try(self._number), outcome=outcome))
        return multiple()

    def _take(self, mail: Mail, claim: Claim) -> None:
        in_doubt = mail.state == "dot"
        mail.attempts = 0 if mail.state == "failed" else mail.attempts
        mail.deaths += mail.state in _OPEN
        assert (claim.attempts, claim.in_doubt, claim.deaths) == (mail.attempts, in_doubt, mail.deaths)
        assert claim.was_in_doubt is any(each.is_in_doubt for each in mail.tries)
        assert claim.relay == (RELAY if in_doubt else "")
        mail.state = "dot" if in_doubt else "sending"
        mail.token, mail.has_lease = claim.token, True

    @rule(worker=workers, owned=claims)
    def mark_dot(self, worker: int, owned: Owned) -> None:
        mail = self._mails[owned.claim.key]
        is_ours = mail.state in _OPEN and mail.token == owned.claim.token and mail.has_lease
        assert self._runner.run(self._ledgers[worker].mark_dot(owned.claim, relay=RELAY)) is is_ours
        if is_ours:
            mail.state = "dot"

    @rule(worker=workers, owned=claims)
    def conclude(self, worker: int, owned: Owned) -> None:
        mail = self._mails[owned.claim.key]
        is_ours = mail.token == owned.claim.token
        is_written = isinstance(owned.step, Finish) or (is_ours and mail.state in _OPEN)
        result = self._runner.run(self._ledgers[worker].conclude(owned.claim, owned.step, owned.attempt))
        assert result is (is_written or is_ours)
        if is_written:
            match owned.step:
                case Finish():
                    mail.state = "sent"
                case Hospitalise():
                    mail.state = "failed"
                case _:
                    mail.state = "waiting"
            mail.token, mail.attempts, mail.step = owned.claim.token, owned.step.attempts, owned.step
            mail.tries.add(owned.attempt)
            mail.deaths = mail.deaths if isinstance(owned.step, Wait) else 0

    @rule()
    def let_leases_end(self) -> None:
        self._runner.run(self._stage.expire_leases())
        for mail in self._mails.values():
            mail.has_lease = False

    @rule(worker=workers, key=keys)
    def tell_the_story(self, worker: int, key: str) -> None:
        timeline = self._runner.run(self._ledgers[worker].timeline(key))
        mail = self._mails.get(key)
        if mail is None:
            assert timeline is None
            return
        assert timeline is not None
        assert (timeline.state, timeline.attempts) == (mail.state, mail.attempts)
        assert set(timeline.tries) == mail.tries
