"""What happened to the worker and to what it depends on, past tense; no event names a mail."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDown:
    """The ledger cannot be read or written; what is under way is held until it can."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMigrated:
    """The ledger's schema was made or brought to this release's, which is number `schema`."""

    schema: str


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
class RelaySlowed:
    """A relay complained of too many mails: this worker sends it `pace_per_s` a second, growing again with time."""

    relay: str
    pace_per_s: float
    reply_code: int


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
class WorkerSampled:
    """How things stood at one moment.

    `paused_by` says what keeps messages from being taken (`ledger`, `relays`, or empty), `relays` which relays are
    available, `lag_s` how much longer than asked a sleep of the event loop took, `dropped` how many events each sink
    failed to take since the start. `unacked` messages were delivered and are not settled, those that wait for their
    turn among them. `queued` messages wait in the broker, by what they are, as far as it could be asked.
    """

    in_flight: int
    unacked: int
    queued: Mapping[str, int]
    rss_bytes: int
    is_connected: bool
    paused_by: str
    relays: Mapping[str, bool]
    lag_s: float
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStopping:
    """No more messages are taken; `in_flight` mails get `grace_s` seconds to end."""

    in_flight: int
    grace_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStopped:
    """Everything taken was settled or handed back; `cut_off` mails were still under way when the grace ended."""

    cut_off: int


WorkerEvent = (
    LedgerDown
    | LedgerMigrated
    | IntakePaused
    | IntakeResumed
    | RelayDown
    | RelayBack
    | RelaySlowed
    | IntakeStarted
    | IntakeLost
    | BrokerBlocked
    | BrokerUnblocked
    | TopologyDiffers
    | DeclareForbidden
    | WorkerSampled
    | WorkerStopping
    | WorkerStopped
)
