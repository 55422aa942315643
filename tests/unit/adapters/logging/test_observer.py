"""Events as log lines: constant names, flat fields, nobody's name."""

from typing import get_args

import pytest
import structlog
from structlog.testing import capture_logs

from adapters.logging.observer import _NAMES, LogObserver
from domain.events import Event
from domain.mail_events import DeliveryFailedUnexpectedly, EmailSent, MessageReceived
from domain.mail_label import MailLabel
from domain.trace_context import TraceContext
from domain.worker_events import BrokerBlocked, IntakeStarted


@pytest.fixture(autouse=True)
def _fresh_structlog() -> None:
    structlog.reset_defaults()


def lines_of(event: Event) -> list[dict[str, object]]:
    with capture_logs() as lines:
        LogObserver().notify(event)
    return [dict(line) for line in lines]


def test_every_event_has_a_name_and_a_level() -> None:
    assert set(_NAMES) == set(get_args(Event))


def test_a_sent_mail_is_one_flat_line() -> None:
    mail = MailLabel(key="k1", category="welcome", domain="example.org")
    event = EmailSent(mail=mail, attempts=2, relay="r:25", reply_code=250, duration_s=0.12345678, age_s=2.5)
    assert lines_of(event) == [
        {
            "event": "email.sent",
            "log_level": "info",
            "key": "k1",
            "category": "welcome",
            "domain": "example.org",
            "attempts": 2,
            "relay": "r:25",
            "reply_code": 250,
            "duration_s": 0.123457,
            "age_s": 2.5,
        }
    ]


@pytest.mark.parametrize(
    ("event", "level"),
    [(BrokerBlocked(cause="disk alarm"), "error"), (IntakeStarted(queue="email_queue", down_s=0), "info")],
)
def test_the_level_says_whether_a_person_must_look(event: Event, level: str) -> None:
    assert lines_of(event)[0]["log_level"] == level


def test_a_defect_is_logged_by_type_and_place_without_its_text() -> None:
    with pytest.raises(KeyError) as raised:
        dict[str, str]()["alice@example.org"]
    (line,) = lines_of(DeliveryFailedUnexpectedly(key="k1", error=raised.value))
    assert line["error"] == "KeyError"
    assert "test_observer.py" in str(line["stack"])
    assert "alice" not in str(line)


def test_lines_that_nobody_wants_are_not_made() -> None:
    event = MessageReceived(redelivered=False, trace=TraceContext({"tracestate": "alice@example.org"}))
    with capture_logs() as lines:
        LogObserver(is_verbose=False).notify(event)
    assert lines == []
    assert lines_of(event) == [
        {"event": "message.received", "log_level": "debug", "redelivered": False, "is_replay": False}
    ]
