"""The log sink: one line an event, under a constant dotted name."""

import traceback
from dataclasses import fields
from typing import Any

import structlog

from application.ports.observer import Observer
from domain import hospital_events, mail_events, timing_events, worker_events
from domain.events import Event
from domain.mail_label import MailLabel
from domain.trace_context import TraceContext

_NAMES: dict[type[Event], tuple[str, str]] = {
    mail_events.MessageReceived: ("debug", "message.received"),
    mail_events.EmailSent: ("info", "email.sent"),
    mail_events.EmailRetryScheduled: ("warning", "email.retry_scheduled"),
    mail_events.EmailWaiting: ("warning", "email.waiting"),
    mail_events.EmailHospitalised: ("error", "email.hospitalised"),
    mail_events.DuplicateSuppressed: ("info", "email.duplicate_suppressed"),
    mail_events.InDoubtFound: ("warning", "email.in_doubt"),
    mail_events.MessageHandedBack: ("info", "message.handed_back"),
    worker_events.LedgerDown: ("critical", "ledger.down"),
    worker_events.LedgerMigrated: ("info", "ledger.migrated"),
    worker_events.IntakePaused: ("error", "intake.paused"),
    worker_events.IntakeResumed: ("info", "intake.resumed"),
    worker_events.RelayDown: ("error", "relay.down"),
    worker_events.RelayBack: ("info", "relay.back"),
    worker_events.RelaySlowed: ("warning", "relay.slowed"),
    mail_events.SettlementDelayed: ("error", "settlement.delayed"),
    mail_events.SettlementLost: ("warning", "settlement.lost"),
    mail_events.DeliveryFailedUnexpectedly: ("critical", "delivery.failed_unexpectedly"),
    worker_events.IntakeStarted: ("info", "intake.started"),
    worker_events.IntakeLost: ("error", "intake.lost"),
    worker_events.BrokerBlocked: ("error", "broker.blocked"),
    worker_events.BrokerUnblocked: ("info", "broker.unblocked"),
    worker_events.TopologyDiffers: ("warning", "broker.topology_differs"),
    worker_events.DeclareForbidden: ("warning", "broker.declare_forbidden"),
    worker_events.WorkerSampled: ("debug", "worker.sampled"),
    worker_events.WorkerStopping: ("info", "worker.stopping"),
    worker_events.WorkerStopped: ("info", "worker.stopped"),
    timing_events.StepEnded: ("debug", "step.ended"),
    timing_events.DialogueEnded: ("debug", "relay.dialogue_ended"),
    timing_events.LedgerCommitted: ("debug", "ledger.committed"),
    hospital_events.LettersAdmitted: ("info", "hospital.letters_admitted"),
    hospital_events.AdmissionInterrupted: ("error", "hospital.admission_interrupted"),
    hospital_events.CauseFound: ("warning", "hospital.cause_found"),
    hospital_events.InflowHigh: ("error", "hospital.inflow_high"),
    hospital_events.LettersOld: ("warning", "hospital.letters_old"),
}


class LogObserver(Observer):
    """Writes events with structlog; an error's type and stack are logged, its text (which may name a person) is not.

    `is_verbose` says that lines of level debug are wanted: to make them in vain would cost more than all others.
    """

    def __init__(self, *, is_verbose: bool = True) -> None:
        self._log = structlog.get_logger("takeoff_mailer")
        self._is_verbose = is_verbose

    def notify(self, event: Event) -> None:
        level, name = _NAMES[type(event)]
        if level == "debug" and not self._is_verbose:
            return
        getattr(self._log, level)(name, **_fields_of(event))


def _fields_of(event: Event) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for field in fields(event):
        match value := getattr(event, field.name):
            case MailLabel(key=key, category=category, domain=domain):
                flat |= {"key": key, "category": category, "domain": domain}
            case TraceContext():
                pass  # a stranger's text; the line has the ids of our own trace
            case Exception():
                flat |= {"error": type(value).__name__, "stack": stack_of(value)}
            case float():
                flat[field.name] = round(value, 6)
            case _:
                flat[field.name] = value
    return flat


def stack_of(error: Exception) -> list[str]:
    """Say where an error happened, innermost last: places in code, without any value."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
