"""What happened to one mail or to one message, past tense.

No event carries an address, a name, a subject, a body or a password. Keys are hashes or the plain ids that a producer
chose (`task_id`), categories are names of templates: `proto/email.proto` asks producers to put nobody's data into them.
"""

from dataclasses import dataclass

from domain.mail_label import MailLabel
from domain.trace_context import NO_TRACE, TraceContext


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A message is about to be worked on; `redelivered` is the broker's flag.

    `is_replay` says that an operator sent it back from the hospital: its trace is another one's sequel.
    """

    redelivered: bool
    is_replay: bool = False
    trace: TraceContext = NO_TRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSent:
    """The relay took it; `age_s` is the time since its producer wanted it sent, None where the task does not say."""

    mail: MailLabel
    attempts: int
    relay: str
    reply_code: int
    duration_s: float
    age_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRetryScheduled:
    mail: MailLabel
    attempts: int
    cause: str
    relay: str
    reply_code: int | None
    enhanced_code: str | None
    delay_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailWaiting:
    """Sent back to wait free of charge: the relay is unavailable, or it is too early."""

    mail: MailLabel
    attempts: int
    cause: str
    relay: str
    reply_code: int | None
    enhanced_code: str | None
    delay_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailHospitalised:
    """It cannot be delivered as it is and waits for an operator."""

    mail: MailLabel
    attempts: int
    reason: str
    relay: str
    reply_code: int | None
    enhanced_code: str | None
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateSuppressed:
    """The mail was sent before; this further message for it was acknowledged."""

    mail: MailLabel
    attempts: int
    relay: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubtFound:
    """Nobody can say whether `relay` has the mail: its connection broke after the dot, or its worker died there."""

    mail: MailLabel
    relay: str
    worker_died: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHandedBack:
    """This message was returned to its queue untouched; `cause` is a constant."""

    key: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDelayed:
    """The broker did not take our copy or acknowledgement: the message is held and tried again."""

    key: str
    cause: str
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLost:
    """The broker took the message back before it was settled; it will deliver it again."""

    key: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailedUnexpectedly:
    """A defect of ours: the mail goes to the hospital as `internal_error`; the text of `error` may name a person."""

    key: str
    error: Exception


MailEvent = (
    MessageReceived
    | EmailSent
    | EmailRetryScheduled
    | EmailWaiting
    | EmailHospitalised
    | DuplicateSuppressed
    | InDoubtFound
    | MessageHandedBack
    | SettlementDelayed
    | SettlementLost
    | DeliveryFailedUnexpectedly
)
