"""From a message of the hospital's queue to all that can be known of the mail that failed."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from application.ports.address_parser import AddressParser
from application.ports.hospital_queue import ReceivedLetter
from application.ports.ledger import Ledger
from application.ports.task_codec import DecodedTask, TaskCodec
from domain.email_address import BadAddress
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import idempotency_key
from domain.letter import FailedMail, Letter, LetterContents
from domain.reply import Reply

_SEARCHED_CHARACTERS = 8000
# RabbitMQ's word for a message that was returned more often than its queue allows: its consumers died of it.
_DELIVERY_LIMIT = "delivery_limit"
_PLAIN_DEATH = re.compile(r"[a-z_]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    reason: FailureReason
    reply: Reply | None
    relay: str
    attempts: int


class ReadLetter:
    """A letter without a reason of ours gets the ledger's, if it knows the mail; raises LedgerUnavailable."""

    def __init__(self, *, codec: TaskCodec, addresses: AddressParser, ledger: Ledger) -> None:
        self._codec = codec
        self._addresses = addresses
        self._ledger = ledger

    async def __call__(self, letter: ReceivedLetter) -> FailedMail:
        """Read one letter, whatever it is."""
        decoded = self._codec.decode(letter.body)
        task = decoded.task if isinstance(decoded, DecodedTask) else None
        key = idempotency_key(
            header=letter.key,
            task_id=task.task_id if task else "",
            has_created_at=bool(task and task.created_at),
            identity=decoded.identity if isinstance(decoded, DecodedTask) else b"",
            message_id=letter.message_id,
            body=letter.body,
            # Not a fresh one, as the worker takes: a letter that comes again must be recognised.
            fresh=hashlib.sha256(letter.properties.encode() + b"\0" + letter.body).hexdigest(),
        )
        story = await self._story(letter, key)
        return self._mail(
            key=key,
            body=letter.body,
            properties=letter.properties,
            task=task,
            story=story,
            failed_at=letter.failed_at,
        )

    def task_of(self, body: bytes) -> EmailTask | None:
        """Read the task that a letter's body is, None where it is none."""
        decoded = self._codec.decode(body)
        return decoded.task if isinstance(decoded, DecodedTask) else None

    def anew(self, letter: Letter, contents: LetterContents, *, key: str, body: bytes) -> FailedMail:
        """Make another mail of a letter, with its story and a key and body of its own."""
        task = self.task_of(body)
        story = _Story(reason=letter.reason, reply=letter.reply, relay=letter.relay, attempts=letter.attempts)
        return self._mail(
            key=key,
            body=body,
            properties=contents.properties,
            task=task,
            story=story,
            failed_at=letter.failed_at,
        )

    def _mail(
        self,
        *,
        key: str,
        body: bytes,
        properties: str,
        task: EmailTask | None,
        story: _Story,
        failed_at: datetime | None,
    ) -> FailedMail:
        return FailedMail(
            key=key,
            body=body,
            properties=properties,
            reason=story.reason,
            reply=story.reply,
            relay=story.relay,
            attempts=story.attempts,
            failed_at=failed_at,
            category=task.plain_category if task else "",
            domain=self._domain(task) if task else "",
            search_text=_search_text(body, task, story),
        )

    async def _story(self, letter: ReceivedLetter, key: str) -> _Story:
        if letter.reason is not None:
            return _Story(reason=letter.reason, reply=letter.reply, relay=letter.relay, attempts=letter.attempts)
        timeline = await self._ledger.timeline(key)
        if timeline and (known := timeline.failure):
            return _Story(reason=known.reason, reply=known.reply, relay=known.relay, attempts=known.attempts)
        attempts = timeline.attempts if timeline else 0
        if letter.death == _DELIVERY_LIMIT:
            reason = FailureReason(FailureKind.WORKER_DIED_HOLDING)
        else:
            reason = FailureReason(FailureKind.UNKNOWN, letter.death if _PLAIN_DEATH.fullmatch(letter.death) else "")
        return _Story(reason=reason, reply=None, relay="", attempts=attempts)

    def _domain(self, task: EmailTask) -> str:
        recipient = self._addresses.parse(task.to)
        return "" if isinstance(recipient, BadAddress) else recipient.domain


def _search_text(body: bytes, task: EmailTask | None, story: _Story) -> str:
    texts = _texts(task) if task else iter([body.decode("utf-8", "replace")])
    return "\n".join([str(story.reply or ""), str(story.reason), *texts])[:_SEARCHED_CHARACTERS]


def _texts(task: EmailTask) -> Iterator[str]:
    yield from (task.to, task.first_name, task.category, task.subject, task.task_id)
    yield from task.params.values()
    if task.ticket:
        yield from (task.ticket.code, task.ticket.event_name, task.ticket.venue, task.ticket.holder)
