"""What every Ledger does, the one in memory and the ones on SQLite and PostgreSQL."""

import asyncio
from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

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
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import message_id_local
from domain.next_step import Finish, Hospitalise, NextStep, Retry, Wait
from domain.reply import Reply
from tests.doubles.clock import START, ManualClock

LEASE_S = 30.0
BODY = b"\x01" * 32
OTHER_BODY = b"\x02" * 32
KEY = "0123456789abcdef"
RELAY = "smtp.example.com:465"

FINISH = Finish(attempts=1, reply=Reply(code=250, text="2.0.0 queued as 4Zabc"), relay=RELAY)
RETRY = Retry(delay_s=30, attempts=1, cause="rcpt", relay=RELAY, reply=Reply(code=451, text="4.7.1 later"))
WAIT = Wait(delay_s=30, attempts=0, cause="refused")
REFUSED = Hospitalise(
    reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"),
    attempts=1,
    relay=RELAY,
    reply=Reply(code=550, text="5.1.1 no such user"),
)
POISON = Hospitalise(reason=FailureReason(FailureKind.UNKNOWN_CATEGORY), attempts=0)
STEPS = [FINISH, RETRY, WAIT, REFUSED, POISON]
NO_FACTS = [RETRY, WAIT, REFUSED, POISON]


def a_try(number: int = 1, *, reply: Reply | None = None) -> Attempt:
    """Make a try; `number` orders several."""
    return Attempt(
        started_at=START + timedelta(minutes=number),
        duration_s=0.25,
        outcome="Refused",
        phase="rcpt",
        relay=RELAY,
        reply=reply,
    )


class LedgerStage(Protocol):
    """A store and what stands around it. `clock` drives the ledgers' background work."""

    clock: ManualClock

    @abstractmethod
    async def worker(self) -> Ledger:
        """Enter one more ledger on the same store; it is left when the test ends."""

    @abstractmethod
    async def shorten_leases(self, by_s: float) -> None:
        """Make all leases end earlier, as if their owners had not been able to prolong them for so long."""

    async def expire_leases(self) -> None:
        """Let all leases be over."""
        await self.shorten_leases(2 * LEASE_S)


async def taken(ledger: Ledger, *, key: str = KEY, revives: str = NO_FAILURE) -> Claim:
    """Claim what is known to be free."""
    claim = await ledger.claim(key, body_hash=BODY, revives=revives)
    assert isinstance(claim, Claim)
    return claim


async def state_of(ledger: Ledger) -> str:
    """Where the mail stands."""
    timeline = await ledger.timeline(KEY)
    assert timeline is not None
    return timeline.state


class LedgerContract:
    """Subclass with a fixture `stage`, a LedgerStage."""

    @pytest.fixture
    async def ledger(self, stage: LedgerStage) -> Ledger:
        return await stage.worker()

    @pytest.fixture
    async def other(self, stage: LedgerStage) -> Ledger:
        """The ledger of another worker."""
        return await stage.worker()

    async def test_a_new_mail_is_free(self, ledger: Ledger) -> None:
        claim = await taken(ledger)
        assert (claim.key, claim.attempts, claim.in_doubt) == (KEY, 0, False)
        assert await state_of(ledger) == "sending"

    async def test_a_claimed_mail_is_held_until_its_lease_ends(self, ledger: Ledger, other: Ledger) -> None:
        await taken(ledger)
        for each in (ledger, other):
            held = await each.claim(KEY, body_hash=BODY, revives=ANY_FAILURE)
            assert isinstance(held, HeldElsewhere)
            assert LEASE_S / 2 < held.lease_left_s <= LEASE_S

    async def test_of_50_concurrent_claimers_one_wins(self, ledger: Ledger, other: Ledger) -> None:
        claims = [each.claim(KEY, body_hash=BODY) for each in (ledger, other) * 25]
        results = await asyncio.gather(*claims)
        assert sorted(type(result).__name__ for result in results) == ["Claim"] + ["HeldElsewhere"] * 49

    @pytest.mark.parametrize("step", [RETRY, WAIT])
    async def test_a_waiting_mail_is_free_under_the_attempts_it_was_charged(
        self, ledger: Ledger, other: Ledger, step: Retry | Wait
    ) -> None:
        assert await ledger.conclude(await taken(ledger), step, None)
        assert await state_of(ledger) == "waiting"
        claim = await taken(other)
        assert (claim.attempts, claim.in_doubt) == (step.attempts, False)

    async def test_a_sent_mail_stays_sent(self, ledger: Ledger, other: Ledger) -> None:
        claim = await taken(ledger)
        assert await ledger.mark_dot(claim, relay=RELAY)
        assert await state_of(ledger) == "dot"
        assert await ledger.conclude(claim, FINISH, None)
        assert await state_of(ledger) == "sent"
        assert await other.claim(KEY, body_hash=BODY, revives=ANY_FAILURE) == AlreadySent(FINISH)

    @pytest.mark.parametrize("letter", [REFUSED, POISON])
    async def test_a_failed_mail_brings_its_letter(self, ledger: Ledger, other: Ledger, letter: Hospitalise) -> None:
        assert await ledger.conclude(await taken(ledger), letter, None)
        assert await state_of(ledger) == "failed"
        assert await other.claim(KEY, body_hash=BODY) == AlreadyFailed(letter)

    async def test_a_failed_mail_is_revived_without_its_attempts_but_with_its_story(self, ledger: Ledger) -> None:
        await ledger.conclude(await taken(ledger), REFUSED, a_try())
        claim = await taken(ledger, revives=ANY_FAILURE)
        assert (claim.attempts, claim.in_doubt) == (0, False)
        timeline = await ledger.timeline(KEY)
        assert timeline is not None
        assert (timeline.state, timeline.tries) == ("sending", (a_try(),))

    async def test_copies_that_revive_one_failure_are_tried_once(self, ledger: Ledger, other: Ledger) -> None:
        await ledger.conclude(await taken(ledger), REFUSED, a_try())
        first = await ledger.timeline(KEY)
        assert first is not None
        assert isinstance(await other.claim(KEY, body_hash=BODY, revives="0" * 32), AlreadyFailed)
        again = await taken(ledger, revives=first.failed_claim)
        await ledger.conclude(again, REFUSED, None)
        assert await other.claim(KEY, body_hash=BODY, revives=first.failed_claim) == AlreadyFailed(REFUSED)
        second = await other.timeline(KEY)
        assert second is not None
        assert isinstance(await other.claim(KEY, body_hash=BODY, revives=second.failed_claim), Claim)

    @pytest.mark.parametrize("step", [None, *STEPS])
    async def test_one_key_with_another_body_is_refused_in_every_state(
        self, ledger: Ledger, stage: LedgerStage, step: NextStep | None
    ) -> None:
        claim = await taken(ledger)
        if step:
            await ledger.conclude(claim, step, None)
        await stage.expire_leases()
        assert await ledger.claim(KEY, body_hash=OTHER_BODY, revives=ANY_FAILURE) == KeyReused()
        # And what is known of the mail is untouched.
        assert (await ledger.claim(KEY, body_hash=BODY, revives=ANY_FAILURE)) != KeyReused()

    async def test_an_owner_that_died_before_its_dot_sent_nothing(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        await ledger.conclude(await taken(ledger), RETRY, None)
        await taken(ledger)
        await stage.expire_leases()
        claim = await taken(other)
        assert (claim.attempts, claim.in_doubt, claim.relay) == (1, False, "")

    async def test_an_owner_that_died_after_its_dot_leaves_a_doubt_that_outlives_other_owners(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        assert await ledger.mark_dot(await taken(ledger), relay=RELAY)
        for owner in (other, ledger, other):
            await stage.expire_leases()
            claim = await taken(owner)
            assert (claim.attempts, claim.in_doubt, claim.relay) == (0, True, RELAY)

    @pytest.mark.parametrize(("step", "deaths"), [(WAIT, 2), (RETRY, 0)])
    async def test_owners_that_die_in_a_row_are_counted_until_a_conclusion_that_says_something(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage, step: Retry | Wait, deaths: int
    ) -> None:
        assert (await taken(ledger)).deaths == 0
        await stage.expire_leases()
        assert await other.mark_dot(await taken(other), relay=RELAY)
        await stage.expire_leases()
        claim = await taken(ledger)
        assert claim.deaths == 2
        assert await ledger.conclude(claim, step, None)
        assert (await taken(other)).deaths == deaths

    @pytest.mark.parametrize("step", [RETRY, WAIT])
    async def test_a_doubt_ends_with_its_conclusion(
        self, ledger: Ledger, stage: LedgerStage, step: Retry | Wait
    ) -> None:
        await ledger.mark_dot(await taken(ledger), relay=RELAY)
        await stage.expire_leases()
        assert await ledger.conclude(await taken(ledger), step, None)
        claim = await taken(ledger)
        assert (claim.in_doubt, claim.relay) == (False, "")

    @pytest.mark.parametrize("step", [RETRY, WAIT, REFUSED])
    async def test_a_try_in_doubt_is_remembered_whatever_follows(
        self, ledger: Ledger, other: Ledger, step: NextStep
    ) -> None:
        claim = await taken(ledger)
        assert not claim.was_in_doubt
        await ledger.conclude(claim, RETRY, replace(a_try(1), outcome="InDoubt"))
        claim = await taken(other)
        assert (claim.in_doubt, claim.was_in_doubt) == (False, True)
        await other.conclude(claim, step, a_try(2))
        assert (await taken(ledger, revives=ANY_FAILURE)).was_in_doubt

    async def test_a_doubt_is_the_mails_own(self, ledger: Ledger) -> None:
        await ledger.conclude(await taken(ledger), RETRY, replace(a_try(), outcome="InDoubt"))
        await ledger.conclude(await taken(ledger, key="another"), RETRY, a_try())
        assert not (await taken(ledger, key="another")).was_in_doubt

    async def test_the_dot_may_be_marked_again(self, ledger: Ledger) -> None:
        claim = await taken(ledger)
        assert await ledger.mark_dot(claim, relay=RELAY)
        assert await ledger.mark_dot(claim, relay=RELAY)

    async def test_without_its_lease_a_dot_must_not_leave(self, ledger: Ledger, stage: LedgerStage) -> None:
        claim = await taken(ledger)
        await stage.expire_leases()
        assert not await ledger.mark_dot(claim, relay=RELAY)
        assert await state_of(ledger) == "sending"

    async def test_when_somebody_else_has_the_mail_a_dot_must_not_leave(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        claim = await taken(ledger)
        await stage.expire_leases()
        await taken(other)
        assert not await ledger.mark_dot(claim, relay=RELAY)
        assert await state_of(ledger) == "sending"

    @pytest.mark.parametrize("step", STEPS)
    async def test_after_the_conclusion_a_dot_must_not_leave(self, ledger: Ledger, step: NextStep) -> None:
        claim = await taken(ledger)
        await ledger.conclude(claim, step, None)
        before = await state_of(ledger)
        assert not await ledger.mark_dot(claim, relay=RELAY)
        assert await state_of(ledger) == before

    @pytest.mark.parametrize("step", NO_FACTS)
    async def test_who_lost_the_mail_to_another_worker_concludes_nothing(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage, step: NextStep
    ) -> None:
        lost = await taken(ledger)
        await stage.expire_leases()
        claim = await taken(other)
        before = await ledger.timeline(KEY)
        assert not await ledger.conclude(lost, step, a_try())
        assert await ledger.timeline(KEY) == before
        assert await other.mark_dot(claim, relay=RELAY)

    @pytest.mark.parametrize("step", STEPS)
    async def test_a_lease_that_is_over_but_not_taken_still_concludes(
        self, ledger: Ledger, stage: LedgerStage, step: NextStep
    ) -> None:
        """What became of the mail is known, and nobody contradicts."""
        claim = await taken(ledger)
        await stage.expire_leases()
        assert await ledger.conclude(claim, step, a_try())
        timeline = await ledger.timeline(KEY)
        assert timeline is not None
        assert timeline.tries == (a_try(),)

    async def test_a_finish_is_written_over_another_workers_claim(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        late = await taken(ledger)
        assert await ledger.mark_dot(late, relay=RELAY)
        await stage.expire_leases()
        claim = await taken(other)
        assert await ledger.conclude(late, FINISH, a_try())
        assert not await other.mark_dot(claim, relay=RELAY)
        assert not await other.conclude(claim, RETRY, a_try(2))
        assert await other.claim(KEY, body_hash=BODY) == AlreadySent(FINISH)

    @pytest.mark.parametrize("step", [RETRY, REFUSED])
    async def test_a_finish_is_written_over_another_workers_conclusion(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage, step: NextStep
    ) -> None:
        late = await taken(ledger)
        await stage.expire_leases()
        assert await other.conclude(await taken(other), step, a_try(2))
        assert await ledger.conclude(late, FINISH, a_try(1))
        assert await other.claim(KEY, body_hash=BODY) == AlreadySent(FINISH)
        timeline = await other.timeline(KEY)
        assert timeline is not None
        assert set(timeline.tries) == {a_try(1), a_try(2)}

    @pytest.mark.parametrize("step", STEPS)
    async def test_a_conclusion_can_be_repeated(self, ledger: Ledger, step: NextStep) -> None:
        claim = await taken(ledger)
        assert await ledger.conclude(claim, step, a_try())
        once = await ledger.timeline(KEY)
        assert await ledger.conclude(claim, step, a_try())
        twice = await ledger.timeline(KEY)
        assert once is not None
        assert twice is not None
        # A server's clock goes on meanwhile, and a fact is written again.
        assert replace(twice, changed_at=once.changed_at) == once

    async def test_an_entered_ledger_prolongs_its_leases(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        claim = await taken(ledger)
        await stage.shorten_leases(LEASE_S / 2)
        await stage.clock.advance(LEASE_S / 3)
        await ledger.probe()
        held = await other.claim(KEY, body_hash=BODY)
        assert isinstance(held, HeldElsewhere)
        assert held.lease_left_s > LEASE_S * 0.8
        assert await ledger.mark_dot(claim, relay=RELAY)

    async def test_a_concluded_claim_is_not_prolonged(self, ledger: Ledger, stage: LedgerStage) -> None:
        await ledger.conclude(await taken(ledger), RETRY, None)
        before = await ledger.timeline(KEY)
        await stage.clock.advance(LEASE_S)
        await ledger.probe()
        assert await ledger.timeline(KEY) == before

    async def test_of_an_unknown_mail_there_is_no_story(self, ledger: Ledger) -> None:
        assert await ledger.timeline("unknown") is None

    async def test_the_story_of_a_mail_is_in_order_of_its_tries(
        self, ledger: Ledger, other: Ledger, stage: LedgerStage
    ) -> None:
        first, second, third = a_try(1, reply=RETRY.reply), a_try(2), a_try(3, reply=FINISH.reply)
        late = await taken(ledger)
        await stage.expire_leases()
        await other.conclude(await taken(other), RETRY, second)
        await other.conclude(await taken(other), FINISH, third)
        await ledger.conclude(late, FINISH, first)
        timeline = await ledger.timeline(KEY)
        assert timeline is not None
        assert (timeline.state, timeline.attempts, timeline.tries) == ("sent", 1, (first, second, third))

    async def test_the_story_says_why_a_mail_failed_until_it_is_tried_again(self, ledger: Ledger) -> None:
        await ledger.conclude(await taken(ledger), REFUSED, None)
        failed = await ledger.timeline(KEY)
        assert failed is not None
        assert failed.failure == REFUSED
        await taken(ledger, revives=ANY_FAILURE)
        revived = await ledger.timeline(KEY)
        assert revived is not None
        assert revived.failure is None

    async def test_the_story_says_when_a_mail_came_and_when_it_last_changed(
        self, ledger: Ledger, stage: LedgerStage
    ) -> None:
        claim = await taken(ledger)
        came = await ledger.timeline(KEY)
        await stage.clock.advance(1.0)
        await ledger.conclude(claim, FINISH, a_try())
        changed = await ledger.timeline(KEY)
        assert came is not None
        assert changed is not None
        assert changed.received_at == came.received_at
        assert came.received_at <= came.changed_at < changed.changed_at

    async def test_a_mail_is_found_by_what_its_message_id_is_made_of(self, ledger: Ledger) -> None:
        keys = [f"{KEY}-{number}" for number in range(5)]
        for key in keys:
            await taken(ledger, key=key)
        assert [await ledger.key_of(message_id_local(key)) for key in keys] == keys
        assert await ledger.key_of(message_id_local("unknown")) is None

    async def test_mails_do_not_touch_each_other(self, ledger: Ledger) -> None:
        claims = await asyncio.gather(*(taken(ledger, key=f"{KEY}-{number}") for number in range(20)))
        await asyncio.gather(*(ledger.conclude(claim, FINISH, a_try()) for claim in claims[::2]))
        results = await asyncio.gather(*(ledger.claim(claim.key, body_hash=BODY) for claim in claims))
        assert {type(result) for result in results[::2]} == {AlreadySent}
        assert {type(result) for result in results[1::2]} == {HeldElsewhere}

    async def test_a_healthy_ledger_takes_a_probe(self, ledger: Ledger) -> None:
        await ledger.probe()
        await ledger.probe()
