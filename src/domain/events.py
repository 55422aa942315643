"""What happened, past tense: the one stream that logs, and later metrics and traces, are made from.

No event carries an address, a name, a subject, a body or a password. Keys are hashes or the plain ids that a producer
chose (`task_id`), categories are names of templates: `proto/email.proto` asks producers to put nobody's data into them.
"""

from dataclasses import dataclass

from domain.mail_label import MailLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSent:
    mail: MailLabel
    attempts: int
    relay: str
    reply_code: int
    duration_s: float


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
class LedgerDown:
    """The ledger cannot be read or written; what is under way is held until it can."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePaused:
    """No messages are taken until a probe of what failed succeeds; `cause` is `ledger` or `relays`."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResumed:
    """Messages are taken again."""

    paused_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayDown:
    """The breaker of a relay opened: nothing but probes goes there; `cause` and `phase` are of the last failure."""

    relay: str
    phase: str
    cause: str
    reply_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayBack:
    """A probe succeeded, and mails go to this relay again."""

    relay: str
    down_s: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeStarted:
    """Messages are being consumed; `down_s` is 0 for the first time, else how long they were not."""

    queue: str
    down_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLost:
    """Messages are no longer consumed; `cause` is a constant or the broker's own text, `retry_in_s` the next try."""

    cause: str
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerBlocked:
    """An alarm of the broker (memory, disk) stops it from taking our copies; consuming goes on."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUnblocked:
    """The alarm is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyDiffers:
    """The task queue exists with other arguments than the hospital's safety net needs; `remedy` is a command."""

    queue: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareForbidden:
    """The broker lets us consume but not look at or declare queues; what is missing cannot be created."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStopping:
    """No more messages are taken; `in_flight` mails get `grace_s` seconds to end."""

    in_flight: int
    grace_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStopped:
    """Everything taken was settled or handed back; `cut_off` mails were still under way when the grace ended."""

    cut_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersAdmitted:
    """Letters moved from the queue into the hospital's store; `known` of them were copies of letters in it."""

    new: int
    returned: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionInterrupted:
    """Letters stay in their queue: it or the store is not to be had; tried again in `retry_in_s`."""

    cause: str
    retry_in_s: float


Event = (
    EmailSent
    | EmailRetryScheduled
    | EmailWaiting
    | EmailHospitalised
    | DuplicateSuppressed
    | InDoubtFound
    | MessageHandedBack
    | LedgerDown
    | IntakePaused
    | IntakeResumed
    | RelayDown
    | RelayBack
    | SettlementDelayed
    | SettlementLost
    | DeliveryFailedUnexpectedly
    | IntakeStarted
    | IntakeLost
    | BrokerBlocked
    | BrokerUnblocked
    | TopologyDiffers
    | DeclareForbidden
    | WorkerStopping
    | WorkerStopped
    | LettersAdmitted
    | AdmissionInterrupted
)
