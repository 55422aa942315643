"""One event of each kind, and more where a kind has several faces; every free text in them is a canary."""

from domain.events import Event
from domain.failure_reason import FailureKind
from domain.hospital_events import AdmissionInterrupted, CauseFound, InflowHigh, LettersAdmitted, LettersOld
from domain.mail_events import (
    DeliveryFailedUnexpectedly,
    DuplicateSuppressed,
    EmailHospitalised,
    EmailRetryScheduled,
    EmailSent,
    EmailWaiting,
    InDoubtFound,
    MessageHandedBack,
    MessageReceived,
    SettlementDelayed,
    SettlementLost,
)
from domain.mail_label import MailLabel
from domain.outcome import Phase
from domain.timing_events import DialogueEnded, LedgerCommitted, PhaseTime, Step, StepEnded
from domain.trace_context import TraceContext
from domain.worker_events import (
    BrokerBlocked,
    BrokerUnblocked,
    DeclareForbidden,
    IntakeLost,
    IntakePaused,
    IntakeResumed,
    IntakeStarted,
    LedgerDown,
    LedgerMigrated,
    RelayBack,
    RelayDown,
    RelaySlowed,
    TopologyDiffers,
    WorkerSampled,
    WorkerStopped,
    WorkerStopping,
)

RELAY = "relay.example.org:465"
CANARY = "canary"
_MAIL = MailLabel(key=CANARY, category=CANARY, domain=CANARY)


def _retry(*, cause: str, code: int | None) -> Event:
    return EmailRetryScheduled(
        mail=_MAIL,
        attempts=1,
        cause=cause,
        relay=RELAY,
        reply_code=code,
        enhanced_code=CANARY,
        delay_s=30,
        duration_s=1,
    )


def _waiting(*, cause: str, relay: str) -> Event:
    return EmailWaiting(
        mail=_MAIL, attempts=1, cause=cause, relay=relay, reply_code=421, enhanced_code=CANARY, delay_s=9, duration_s=1
    )


def _hospitalised(*, reason: str, relay: str, code: int | None) -> Event:
    return EmailHospitalised(
        mail=_MAIL, attempts=1, reason=reason, relay=relay, reply_code=code, enhanced_code=CANARY, duration_s=1
    )


EVERY_EVENT: list[Event] = [
    MessageReceived(redelivered=False),
    MessageReceived(redelivered=True),
    EmailSent(mail=_MAIL, attempts=1, relay=RELAY, reply_code=250, duration_s=0.25, age_s=2.5),
    EmailSent(mail=_MAIL, attempts=1, relay=CANARY, reply_code=250, duration_s=0.25),
    _retry(cause="rcpt", code=451),
    _retry(cause="in_doubt", code=None),
    _retry(cause=CANARY, code=999),
    _waiting(cause="connect:refused", relay=RELAY),
    _waiting(cause="send_at", relay=""),
    _waiting(cause=f"{CANARY}:{CANARY}", relay=CANARY),
    *(_hospitalised(reason=f"{kind}:{CANARY}", relay=RELAY, code=550) for kind in FailureKind),
    _hospitalised(reason=CANARY, relay="", code=None),
    DuplicateSuppressed(mail=_MAIL, attempts=1, relay=RELAY, duration_s=0.01),
    InDoubtFound(mail=_MAIL, relay=RELAY, worker_died=False),
    InDoubtFound(mail=_MAIL, relay=CANARY, worker_died=True),
    MessageHandedBack(key=CANARY, cause="lease_lost"),
    MessageHandedBack(key=CANARY, cause=CANARY),
    SettlementDelayed(key=CANARY, cause=CANARY, delay_s=1),
    SettlementLost(key=CANARY, step=CANARY),
    DeliveryFailedUnexpectedly(key=CANARY, error=ValueError(CANARY)),
    LedgerDown(cause=CANARY),
    LedgerMigrated(schema=CANARY),
    IntakePaused(cause="ledger"),
    IntakePaused(cause=CANARY),
    IntakeResumed(paused_s=3),
    RelayDown(relay=RELAY, phase="auth", cause=CANARY, reply_code=535),
    RelayDown(relay=CANARY, phase=CANARY, cause=CANARY, reply_code=None),
    RelayBack(relay=RELAY, down_s=60),
    RelaySlowed(relay=RELAY, pace_per_s=2.5, reply_code=421),
    IntakeStarted(queue=CANARY, down_s=0),
    IntakeLost(cause=CANARY, retry_in_s=1),
    BrokerBlocked(cause=CANARY),
    BrokerUnblocked(),
    TopologyDiffers(queue=CANARY, remedy=CANARY),
    DeclareForbidden(queue=CANARY),
    WorkerSampled(
        in_flight=7,
        unacked=9,
        queued={"tasks": 12, "letters": 3, CANARY: 1},
        rss_bytes=80_000_000,
        is_connected=True,
        paused_by="relays",
        relays={RELAY: True, CANARY: False},
        lag_s=0.002,
        dropped={"log": 0, "datadog": 4, CANARY: 1},
    ),
    WorkerStopping(in_flight=7, grace_s=660),
    WorkerStopped(cut_off=0),
    MessageReceived(redelivered=False, is_replay=True, trace=TraceContext({"tracestate": CANARY})),
    *(StepEnded(step=step, began_s=1.0, ended_s=1.5) for step in Step),
    *(DialogueEnded(relay=RELAY, phases=(PhaseTime(phase, 1.0, 1.25),)) for phase in Phase),
    DialogueEnded(relay=CANARY, phases=(PhaseTime(Phase.MAIL, 1.0, 1.25), PhaseTime(Phase.DOT, 1.25, 2.0))),
    LedgerCommitted(operations=3, duration_s=0.004),
    LettersAdmitted(new=3, returned=2, known=1),
    AdmissionInterrupted(cause=CANARY, retry_in_s=1),
    CauseFound(group="0123456789ab", reason="bad_wire", reply_code=None),
    InflowHigh(letters=200, within_s=60),
    LettersOld(oldest_age_s=100_000),
]
