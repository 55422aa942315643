"""From a message to a mail that only needs a relay, or to the reason why it never will be one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from application.ports.address_parser import AddressParser
from application.ports.clock import Clock
from application.ports.email_renderer import EmailRenderer, RenderRefused
from application.ports.message_source import Message
from application.ports.task_codec import DecodedTask, TaskCodec, Undecodable
from application.use_cases.assemble_email import AssembleEmail
from domain.email_address import BadAddress
from domain.email_job import EmailJob, InDoubtPolicy
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import idempotency_key
from domain.mail_label import MailLabel
from domain.next_step import Hospitalise, Wait
from domain.outgoing_email import OutgoingEmail

# A mail for a later time is looked at again by then: times near the end of the calendar cannot be waited for in one go.
_LONGEST_WAIT_S = 300 * 86_400.0
EXPIRED = FailureReason(FailureKind.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """A task, under the key by which its mail is known."""

    label: MailLabel
    task: EmailTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A mail to be sent now, and not after `deadline`; `in_doubt` is what its category prescribes, if it does."""

    label: MailLabel
    job: EmailJob
    email: OutgoingEmail
    in_doubt: InDoubtPolicy | None
    deadline: datetime | None

    def is_too_late(self, now: datetime) -> bool:
        """Whether it must not be sent any more."""
        return self.deadline is not None and self.deadline <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """No attempt is due: poison for the hospital, or too early."""

    label: MailLabel
    step: Hospitalise | Wait


class PrepareEmail:
    """Everything that needs no network; poison is found here, before it costs an attempt.

    `fresh_key` gives a key for a message that brings nothing to derive one from.
    """

    def __init__(
        self,
        *,
        codec: TaskCodec,
        addresses: AddressParser,
        renderer: EmailRenderer,
        assemble: AssembleEmail,
        clock: Clock,
        fresh_key: Callable[[], str],
    ) -> None:
        self._codec = codec
        self._addresses = addresses
        self._renderer = renderer
        self._assemble = assemble
        self._clock = clock
        self._fresh_key = fresh_key

    def read(self, message: Message) -> Readable | Decided:
        """Decode a message and derive its key."""
        decoded = self._codec.decode(message.body)
        if isinstance(decoded, Undecodable):
            label = MailLabel(key=self._key(message, None))
            return Decided(label=label, step=Hospitalise(reason=decoded.reason, attempts=message.attempts))
        task = decoded.task
        label = MailLabel(key=self._key(message, decoded), category=task.plain_category, wanted_at=task.wanted_at)
        return Readable(label=label, task=task)

    async def compose(self, readable: Readable, *, attempts: int, is_begun: bool = False) -> Ready | Decided:
        """Check and render a task that was tried and charged `attempts` times before.

        `is_begun` says that its time has come by the clock of a worker that began to send it.
        """
        task, label = readable.task, readable.label
        if missing := task.missing_field():
            return _poison(label, FailureReason(FailureKind.MISSING, missing), attempts)
        recipient = self._addresses.parse(task.to)
        if isinstance(recipient, BadAddress):
            return _poison(label, FailureReason(FailureKind.BAD_ADDRESS, recipient.why), attempts)
        label = replace(label, domain=recipient.domain)
        rules = self._renderer.rules(task.category)
        deadline = rules.deadline(task)
        if deadline and deadline <= self._clock.now():
            return _poison(label, EXPIRED, attempts)
        if task.attachments and not rules.takes_attachments:
            return _poison(label, FailureReason(FailureKind.BAD_ATTACHMENT, "category_takes_none"), attempts)
        rendered = await self._renderer.render(task)
        if isinstance(rendered, RenderRefused):
            return _poison(label, rendered.reason, attempts)
        # Only now: the render may have waited for its turn, and the copy would be late by that time.
        now = self._clock.now()
        if task.send_at and task.send_at > now and not is_begun:
            delay_s = min((task.send_at - now).total_seconds(), _LONGEST_WAIT_S)
            return Decided(label=label, step=Wait(delay_s=delay_s, attempts=attempts, cause="send_at"))
        job = EmailJob(key=label.key, task=task, recipient=recipient, attempts=attempts)
        email = self._assemble(job, rendered, rules, now)
        return Ready(label=label, job=job, email=email, in_doubt=rules.in_doubt, deadline=deadline)

    def _key(self, message: Message, decoded: DecodedTask | None) -> str:
        derived = idempotency_key(
            header=message.key,
            task_id=decoded.task.task_id if decoded else "",
            has_created_at=bool(decoded and decoded.task.created_at),
            identity=decoded.identity if decoded else b"",
            message_id=message.message_id,
            body=message.body,
            fresh="",
        )
        # Drawn only where it is needed: a mail that brings its key would pay for the system's randomness in vain.
        return derived or self._fresh_key()


def _poison(label: MailLabel, reason: FailureReason, attempts: int) -> Decided:
    return Decided(label=label, step=Hospitalise(reason=reason, attempts=attempts))
