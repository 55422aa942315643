"""What is read from a message of the hospital's queue, whoever wrote its headers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pamqp.commands import Basic

from adapters.rabbitmq.letter_properties import properties_as_json, properties_from_json
from adapters.rabbitmq.letter_reading import read_story
from domain.failure_reason import FailureKind, FailureReason
from domain.reply import Reply

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def test_a_workers_headers_are_its_story() -> None:
    story = read_story(
        {
            "x-mail-key": "reg-1",
            "x-mail-reason": "missing:to",
            "x-mail-reply": "550 5.1.1 no\nsuch user",
            "x-mail-relay": "smtp.example.com:465",
            "x-mail-attempts": 2,
            "x-mail-failed-at": "2027-03-01T12:00:00.000+00:00",
        }
    )
    assert story == {
        "key": "reg-1",
        "reason": FailureReason(FailureKind.MISSING, "to"),
        "death": "",
        "reply": Reply(code=550, text="5.1.1 no\nsuch user"),
        "relay": "smtp.example.com:465",
        "attempts": 2,
        "failed_at": NOON,
    }


@pytest.mark.parametrize(
    ("headers", "field", "value"),
    [
        ({"x-mail-key": 7}, "key", ""),
        ({"x-mail-reason": b"missing"}, "reason", None),
        ({"x-mail-reason": ""}, "reason", None),
        ({"x-mail-reply": "never"}, "reply", None),
        ({"x-mail-reply": "999 odd"}, "reply", None),
        ({"x-mail-reply": "550"}, "reply", Reply(code=550)),
        ({"x-mail-attempts": True}, "attempts", 0),
        ({"x-mail-attempts": -1}, "attempts", 0),
        ({"x-mail-attempts": 10**12}, "attempts", 0),
        ({"x-mail-failed-at": "noon"}, "failed_at", None),
        ({"x-mail-failed-at": "2027-03-01T12:00:00"}, "failed_at", None),
        ({"x-mail-failed-at": "0001-01-01T00:00:00+14:00"}, "failed_at", None),
        ({"x-death": "expired"}, "death", ""),
        ({"x-death": []}, "death", ""),
        ({"x-death": [{"reason": 7}]}, "death", ""),
        ({"x-death": [{"reason": "expired", "time": NOON}, {"reason": "rejected"}]}, "death", "expired"),
        ({"x-death": [{"reason": "expired", "time": NOON}]}, "failed_at", NOON),
        ({"x-mail-replayed-at": "2027-03-01T12:00:00.500+00:00"}, "failed_at", None),
        (
            {"x-mail-replayed-at": "2027-03-01T12:00:00.500+00:00", "x-death": [{"reason": "expired", "time": NOON}]},
            "failed_at",
            NOON.replace(microsecond=500_000),
        ),
        ({"x-death": [{"reason": "expired"}]}, "failed_at", None),
    ],
)
def test_a_header_that_is_not_what_we_write_counts_as_absent(
    headers: dict[str, Any], field: str, value: object
) -> None:
    story: dict[str, object] = {**read_story(headers)}
    assert story[field] == value


def test_no_value_of_a_header_is_lost() -> None:
    headers: dict[str, Any] = {
        "text": "ä\x00",
        "bytes": bytearray(b"\xff"),
        "time": NOON,
        "decimal": Decimal("1.50"),
        "list": [1, 1.5, True, None, {"a": 1}],
        "x-delivery-count": 4,
    }
    written = json.loads(properties_as_json(Basic.Properties(headers=headers, message_id="m-1", delivery_mode=2)))
    assert written == {
        "message_id": "m-1",
        "delivery_mode": 2,
        "headers": {
            "text": "ä\x00",
            "bytes": {"bytes": "/w=="},
            "time": {"time": "2027-03-01T12:00:00+00:00"},
            "decimal": {"decimal": "1.50"},
            "list": [1, 1.5, True, None, {"table": {"a": 1}}],
        },
    }


def test_a_message_without_properties_has_none() -> None:
    assert properties_as_json(Basic.Properties()) == '{"headers": {}}'


def test_properties_are_made_again_from_their_json() -> None:
    headers: dict[str, Any] = {
        "a": [b"\x00", {"b": Decimal("1.5")}],
        "t": NOON,
        "n": None,
        "i": -1,
        "f": 0.5,
        "s": "text",
        "y": True,
    }
    made = properties_from_json(
        properties_as_json(Basic.Properties(headers=headers, timestamp=NOON, correlation_id="c", priority=3))
    )
    assert (made.headers, made.timestamp, made.correlation_id, made.priority) == (headers, NOON, "c", 3)
