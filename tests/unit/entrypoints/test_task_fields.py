"""A task as a person writes it."""

import base64
from datetime import UTC, datetime

import pytest

from domain.email_task import Attachment, EmailTask, Ticket
from entrypoints.task_fields import TaskFieldsInvalid, parse_params, task_from_fields

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def test_every_field_of_the_schema_can_be_written() -> None:
    fields = {
        "to": "alice@example.org",
        "category": "welcome",
        "subject": "Hello",
        "first_name": "Alice",
        "retry_count": 2,
        "created_at": "2027-02-01T13:00:00+01:00",
        "task_id": "t-1",
        "params": {"code": "X"},
        "locale": "en",
        "ticket": {
            "code": "T1",
            "event_name": "Takeoff",
            "venue": "Hangar 7",
            "start": "2027-03-20T10:00:00Z",
            "end": "2027-03-20T18:00:00Z",
            "holder": "Alice A.",
        },
        "attachments": [
            {
                "filename": "map.pdf",
                "content_type": "application/pdf",
                "content": base64.b64encode(b"%PDF").decode(),
            }
        ],
        "send_at": "2027-03-02T00:00:00Z",
        "expires_at": "2027-03-03T00:00:00Z",
    }
    assert task_from_fields(fields, now=NOW) == EmailTask(
        to="alice@example.org",
        category="welcome",
        subject="Hello",
        first_name="Alice",
        retry_count=2,
        created_at=datetime(2027, 2, 1, 12, tzinfo=UTC),
        task_id="t-1",
        params={"code": "X"},
        locale="en",
        ticket=Ticket(
            code="T1",
            event_name="Takeoff",
            venue="Hangar 7",
            starts_at=datetime(2027, 3, 20, 10, tzinfo=UTC),
            ends_at=datetime(2027, 3, 20, 18, tzinfo=UTC),
            holder="Alice A.",
        ),
        attachments=(Attachment(filename="map.pdf", content_type="application/pdf", content=b"%PDF"),),
        send_at=datetime(2027, 3, 2, tzinfo=UTC),
        expires_at=datetime(2027, 3, 3, tzinfo=UTC),
    )


def test_a_task_without_a_creation_time_was_created_now() -> None:
    assert task_from_fields({}, now=NOW) == EmailTask(created_at=NOW)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"too": "alice@example.org"}, "too: "),
        ({"to": 7}, "to: "),
        ({"retry_count": -1}, "retry_count: "),
        ({"retry_count": 2**32}, "retry_count: "),
        ({"send_at": "2027-03-02T00:00:00"}, "send_at: "),
        ({"params": {"a": 1}}, "params.a: "),
        ({"ticket": {"seat": "A1"}}, "ticket.seat: "),
        ({"attachments": [{"filename": "a", "content_type": "b/c", "content": "%"}]}, "attachments.0.content: "),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(TaskFieldsInvalid) as invalid:
        task_from_fields(fields, now=NOW)
    (line,) = invalid.value.problems
    assert line.startswith(problem)


def test_params_are_split_at_the_first_equals_sign() -> None:
    assert parse_params(["code=a=b", "empty="]) == {"code": "a=b", "empty": ""}


@pytest.mark.parametrize("wrong", ["code", "=value"])
def test_a_param_without_name_or_value_is_refused(wrong: str) -> None:
    with pytest.raises(TaskFieldsInvalid, match="NAME=VALUE"):
        parse_params([wrong])
