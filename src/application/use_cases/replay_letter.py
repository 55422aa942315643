"""Sends one letter back to the worker: judged, claimed, published, marked."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from application.ports.clock import Clock
from application.ports.hospital_store import REPLAY_LEASE_S, HospitalStore
from application.ports.ledger import NO_FAILURE, Ledger, Timeline
from application.ports.letter_publisher import LetterPublisher
from application.ports.replay_jobs import ReplayJobs
from application.ports.task_publisher import PublishFailed
from application.use_cases.read_letter import ReadLetter
from domain.audit import Action, Deed
from domain.failure_reason import FailureKind
from domain.letter import Letter, LetterContents, LetterStatus
from domain.replay import Replay, ReplayOutcome, ReplayPlan
from domain.reply import Reply

# No claim is taken over while its letter is being published.
_PUBLISH_S = REPLAY_LEASE_S / 2


class ReplayLetter:
    """Any number may run at a time: each letter is published by one of them.

    One that dies while it publishes leaves its letter in REPLAYING, and a later one takes that up again. The letter is
    published twice at worst, under one key and with one body, and both copies say which failure of their mail they
    revive. The ledger lets one of them, whatever becomes of it.
    """

    def __init__(
        self,
        *,
        store: HospitalStore,
        jobs: ReplayJobs,
        ledger: Ledger,
        read: ReadLetter,
        publisher: LetterPublisher,
        clock: Clock,
        fresh_key: Callable[[], str],
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._ledger = ledger
        self._read = read
        self._publisher = publisher
        self._clock = clock
        self._fresh_key = fresh_key

    async def judge(self, letter_id: int, plan: ReplayPlan) -> Replay:
        """Say what a replay would do with a letter; raises LedgerUnavailable."""
        fetched = await self._store.letter(letter_id)
        if fetched is None or fetched[0].status not in {LetterStatus.WAITING, LetterStatus.REPLAYING}:
            return await self._not_waiting(letter_id)
        letter, contents = fetched
        timeline = await self._ledger.timeline(letter.key)
        is_another_mails = letter.reason.kind is FailureKind.KEY_REUSED
        if timeline and timeline.state == "sent" and not is_another_mails:
            refused = Replay(id=letter_id, outcome=ReplayOutcome.ALREADY_SENT, reply=_last_reply(timeline))
        elif _is_in_doubt(letter, timeline):
            refused = Replay(id=letter_id, outcome=ReplayOutcome.IN_DOUBT)
        else:
            revives = timeline.failed_claim if timeline else NO_FAILURE
            may = plan.even_if_it_returns or self._may_succeed(letter, contents)
            outcome = ReplayOutcome.REPLAYED if may else ReplayOutcome.WOULD_RETURN
            return Replay(id=letter_id, outcome=outcome, revives=revives)
        return replace(refused, outcome=ReplayOutcome.SENT_AGAIN) if plan.send_again else refused

    async def __call__(self, letter_id: int, plan: ReplayPlan, *, job: int, by: str) -> Replay:
        """Do it; raises PublishFailed, after which the letter waits again, and LedgerUnavailable."""
        judged = await self.judge(letter_id, plan)
        if judged.outcome is ReplayOutcome.SENT_AGAIN:
            judged = await self._copied(judged, by)
        if not judged.is_on_its_way:
            await self._jobs.note(job, judged)
            return judged
        sent_id = judged.sent_as or letter_id
        deed = Deed(action=Action.REPLAYED, by=by, text=f"replay {job}")
        fetched = await self._store.letter(sent_id)
        if fetched is None or not await self._store.claim_replay(sent_id, job=job, deed=deed):
            return await self._not_waiting(letter_id)
        await self._publish(*fetched, judged, job)
        return judged

    async def close(self) -> None:
        """End the connection to the broker."""
        await self._publisher.close()

    async def _copied(self, judged: Replay, by: str) -> Replay:
        fetched = await self._store.letter(judged.id)
        if fetched is None:
            return await self._not_waiting(judged.id)
        mail = self._read.anew(*fetched, key=self._fresh_key(), body=fetched[1].body)
        deed = Deed(action=Action.SENT_AGAIN, by=by)
        sent_as = await self._store.copy(judged.id, mail, deed=deed)
        return await self._not_waiting(judged.id) if sent_as is None else replace(judged, sent_as=sent_as)

    async def _publish(self, letter: Letter, contents: LetterContents, judged: Replay, job: int) -> None:
        target = LetterStatus.WAITING
        try:
            async with asyncio.timeout(_PUBLISH_S):
                await self._publisher.publish(letter, contents, at=self._clock.now(), revives=judged.revives)
            target = LetterStatus.REPLAYED
        except TimeoutError:
            raise PublishFailed(f"no confirm within {_PUBLISH_S:.0f} s") from None
        finally:
            # Moves nothing where the mail has failed again meanwhile: then the letter waits already.
            await self._store.move([letter.id], source=LetterStatus.REPLAYING, target=target)
        await self._jobs.note(job, judged)

    async def _not_waiting(self, letter_id: int) -> Replay:
        history = await self._store.history(letter_id)
        return Replay(id=letter_id, outcome=ReplayOutcome.NOT_WAITING, last=history[-1] if history else None)

    def _may_succeed(self, letter: Letter, contents: LetterContents) -> bool:
        is_readable = self._read.task_of(contents.body) is not None
        return is_readable and bool(letter.key) and letter.reason.kind is not FailureKind.KEY_REUSED


def _is_in_doubt(letter: Letter, timeline: Timeline | None) -> bool:
    failure = timeline.failure if timeline else None
    reasons = {letter.reason.kind, failure.reason.kind if failure else None}
    # A copy has a key that no ledger has seen: whatever its original's doubt, nobody has sent this mail.
    is_unsent_copy = letter.original is not None and timeline is None
    return not is_unsent_copy and (FailureKind.IN_DOUBT in reasons or bool(timeline and timeline.state == "dot"))


def _last_reply(timeline: Timeline) -> Reply | None:
    return next((each.reply for each in reversed(timeline.tries) if each.reply), None)
