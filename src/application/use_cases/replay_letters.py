"""Sends letters back to the worker: claimed, published, confirmed, marked, one after the other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from application.ports.clock import Clock
from application.ports.hospital_store import REPLAY_LEASE_S, HospitalStore
from application.ports.ledger import NO_FAILURE, Ledger, Timeline
from application.ports.letter_publisher import LetterPublisher
from application.ports.task_codec import DecodedTask, TaskCodec
from application.ports.task_publisher import PublishFailed
from domain.failure_reason import FailureKind
from domain.letter import Letter, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter
from domain.reply import Reply

# No claim is taken over while its letter is being published.
_PUBLISH_S = REPLAY_LEASE_S / 2


class ReplayOutcome(StrEnum):
    """What became of a letter; all but REPLAYED leave it as it was."""

    REPLAYED = "replayed"
    ALREADY_SENT = "already_sent"
    IN_DOUBT = "in_doubt"
    WOULD_RETURN = "would_return"
    NOT_WAITING = "not_waiting"


@dataclass(frozen=True, slots=True)
class Replay:
    """One letter of a replay; `reply` is the relay's to a mail that was sent before."""

    id: int
    outcome: ReplayOutcome
    reply: Reply | None = None


class ReplayInterrupted(Exception):
    """The rest, `left` letters, is as it was; `cause` is one line for an operator, without secrets."""

    def __init__(self, cause: str, *, left: int) -> None:
        super().__init__(cause)
        self.cause = cause
        self.left = left


class ReplayLetters:
    """Any number may run at a time: each letter is published by one of them.

    One that dies while it publishes leaves its letter in REPLAYING, and a later one takes that up again. The letter is
    published twice at worst, under one key and with one body, and both copies say which failure of their mail they
    revive. The ledger lets one of them, whatever becomes of it.
    """

    def __init__(
        self, *, store: HospitalStore, ledger: Ledger, codec: TaskCodec, publisher: LetterPublisher, clock: Clock
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._codec = codec
        self._publisher = publisher
        self._clock = clock

    async def __call__(
        self, wanted: LetterFilter, *, stop: asyncio.Event, in_doubt: bool, per_s: int | None, dry_run: bool
    ) -> AsyncIterator[Replay]:
        """Replay what waits of a filter now, and tell each letter as soon as it is settled.

        Raises ReplayInterrupted (no confirm, or `stop`) and LedgerUnavailable.
        """
        ids = await self._store.replayable(wanted)
        try:
            for place, letter_id in enumerate(ids):
                if stop.is_set():
                    raise ReplayInterrupted("stopped", left=len(ids) - place)
                try:
                    replay = await self._replay(letter_id, wanted, in_doubt=in_doubt, dry_run=dry_run)
                except PublishFailed as failed:
                    raise ReplayInterrupted(failed.cause, left=len(ids) - place) from failed
                yield replay
                if per_s and not dry_run and replay.outcome is ReplayOutcome.REPLAYED:
                    await self._clock.sleep(1 / per_s)
        finally:
            await self._publisher.close()

    async def _replay(self, letter_id: int, wanted: LetterFilter, *, in_doubt: bool, dry_run: bool) -> Replay:
        fetched = await self._store.letter(letter_id)
        if fetched is None:
            return Replay(letter_id, ReplayOutcome.NOT_WAITING)
        letter, contents = fetched
        timeline = await self._ledger.timeline(letter.key)
        is_another_mails = letter.reason.kind is FailureKind.KEY_REUSED
        if timeline and timeline.state == "sent" and not is_another_mails:
            return Replay(letter_id, ReplayOutcome.ALREADY_SENT, _last_reply(timeline))
        if not in_doubt and _is_in_doubt(letter, timeline):
            return Replay(letter_id, ReplayOutcome.IN_DOUBT)
        if not (wanted.ids or self._may_succeed(letter, contents)):
            return Replay(letter_id, ReplayOutcome.WOULD_RETURN)
        if not dry_run:
            if not await self._store.claim_replay(letter_id):
                return Replay(letter_id, ReplayOutcome.NOT_WAITING)
            await self._publish(letter, contents, revives=timeline.failed_claim if timeline else NO_FAILURE)
        return Replay(letter_id, ReplayOutcome.REPLAYED)

    async def _publish(self, letter: Letter, contents: LetterContents, *, revives: str) -> None:
        target = LetterStatus.WAITING
        try:
            async with asyncio.timeout(_PUBLISH_S):
                await self._publisher.publish(letter, contents, at=self._clock.now(), revives=revives)
            target = LetterStatus.REPLAYED
        except TimeoutError:
            raise PublishFailed(f"no confirm within {_PUBLISH_S:.0f} s") from None
        finally:
            # Moves nothing where the mail has failed again meanwhile: then the letter waits already.
            await self._store.move([letter.id], source=LetterStatus.REPLAYING, target=target)

    def _may_succeed(self, letter: Letter, contents: LetterContents) -> bool:
        is_readable = isinstance(self._codec.decode(contents.body), DecodedTask)
        return is_readable and bool(letter.key) and letter.reason.kind is not FailureKind.KEY_REUSED


def _is_in_doubt(letter: Letter, timeline: Timeline | None) -> bool:
    failure = timeline.failure if timeline else None
    reasons = {letter.reason.kind, failure.reason.kind if failure else None}
    return FailureKind.IN_DOUBT in reasons or bool(timeline and timeline.state == "dot")


def _last_reply(timeline: Timeline) -> Reply | None:
    return next((each.reply for each in reversed(timeline.tries) if each.reply), None)
