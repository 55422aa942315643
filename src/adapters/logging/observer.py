"""The log sink: one line an event, under a constant dotted name."""

import traceback
from dataclasses import fields
from typing import Any

import structlog

from application.ports.observer import Observer
from domain import events
from domain.events import Event
from domain.mail_label import MailLabel

_NAMES: dict[type[Event], tuple[str, str]] = {
    events.EmailSent: ("info", "email.sent"),
    events.EmailRetryScheduled: ("warning", "email.retry_scheduled"),
    events.EmailWaiting: ("warning", "email.waiting"),
    events.EmailHospitalised: ("error", "email.hospitalised"),
    events.DuplicateSuppressed: ("info", "email.duplicate_suppressed"),
    events.InDoubtFound: ("warning", "email.in_doubt"),
    events.MessageHandedBack: ("info", "message.handed_back"),
    events.LedgerDown: ("critical", "ledger.down"),
    events.IntakePaused: ("error", "intake.paused"),
    events.IntakeResumed: ("info", "intake.resumed"),
    events.RelayDown: ("error", "relay.down"),
    events.RelayBack: ("info", "relay.back"),
    events.SettlementDelayed: ("error", "settlement.delayed"),
    events.SettlementLost: ("warning", "settlement.lost"),
    events.DeliveryFailedUnexpectedly: ("critical", "delivery.failed_unexpectedly"),
    events.IntakeStarted: ("info", "intake.started"),
    events.IntakeLost: ("error", "intake.lost"),
    events.BrokerBlocked: ("error", "broker.blocked"),
    events.BrokerUnblocked: ("info", "broker.unblocked"),
    events.TopologyDiffers: ("warning", "broker.topology_differs"),
    events.DeclareForbidden: ("warning", "broker.declare_forbidden"),
    events.WorkerStopping: ("info", "worker.stopping"),
    events.WorkerStopped: ("info", "worker.stopped"),
    events.LettersAdmitted: ("info", "hospital.letters_admitted"),
    events.AdmissionInterrupted: ("error", "hospital.admission_interrupted"),
}


class LogObserver(Observer):
    """Writes events with structlog; an error's type and stack are logged, its text (which may name a person) is not."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("takeoff_mailer")

    def notify(self, event: Event) -> None:
        level, name = _NAMES[type(event)]
        getattr(self._log, level)(name, **_fields_of(event))


def _fields_of(event: Event) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for field in fields(event):
        match value := getattr(event, field.name):
            case MailLabel(key=key, category=category, domain=domain):
                flat |= {"key": key, "category": category, "domain": domain}
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
