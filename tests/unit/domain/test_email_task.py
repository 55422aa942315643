"""What a task must have, and what of it may be shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason

TASK = EmailTask(to="alice@example.org", category="welcome", subject="Hello")


def test_a_task_with_recipient_category_and_subject_misses_nothing() -> None:
    assert TASK.missing_field() is None


@pytest.mark.parametrize("name", ["to", "category", "subject"])
@pytest.mark.parametrize("blank", ["", " ", "\u2003\u00a0"])
def test_a_blank_field_that_every_mail_needs_is_named(name: str, blank: str) -> None:
    assert replace(TASK, **{name: blank}).missing_field() == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("category", "shown"),
    [
        ("Attendee_Registration_Successful", "Attendee_Registration_Successful"),
        ("a.b-c", "a.b-c"),
        ("alice@example.org", ""),
        ("x" * 65, ""),
        ("two words", ""),
    ],
)
def test_only_a_plain_category_is_shown(category: str, shown: str) -> None:
    assert replace(TASK, category=category).plain_category == shown


def test_a_reason_reads_as_kind_and_detail() -> None:
    assert str(FailureReason(FailureKind.MISSING, "to")) == "missing:to"
    assert str(FailureReason(FailureKind.EXPIRED)) == "expired"


def test_a_doubt_stands_before_whatever_came_later() -> None:
    refused = FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt")
    assert str(refused.with_doubt()) == "in_doubt:refused_permanently:rcpt"
    assert refused.with_doubt().with_doubt() == refused.with_doubt()
    held = FailureReason(FailureKind.IN_DOUBT)
    assert held.with_doubt() == held


NOON, LATER = datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2027, 3, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created_at", "send_at", "wanted_at"),
    [(None, None, None), (NOON, None, NOON), (None, LATER, LATER), (NOON, LATER, LATER), (LATER, NOON, LATER)],
)
def test_a_mail_is_wanted_as_soon_as_it_is_asked_for_or_at_a_later_time_that_is_named(
    created_at: datetime | None, send_at: datetime | None, wanted_at: datetime | None
) -> None:
    assert replace(TASK, created_at=created_at, send_at=send_at).wanted_at == wanted_at
