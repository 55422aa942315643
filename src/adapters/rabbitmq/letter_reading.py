"""Reads a message of the hospital's queue: our worker's letter, what the broker moved there, or a stranger's.

Anybody may write any header, so each is read for itself and counts as absent where it is not what we write.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypedDict

from aiormq.abc import DeliveredMessage

from adapters.rabbitmq.headers import ATTEMPTS, FAILED_AT, KEY, REASON, RELAY, REPLAYED_AT, REPLY
from adapters.rabbitmq.intake import Intake
from adapters.rabbitmq.letter_properties import properties_as_json
from application.ports.hospital_queue import ReceivedLetter
from domain.failure_reason import FailureReason
from domain.reply import Reply

_REPLY = re.compile(r"([2-5]\d\d)(?: (.*))?", re.DOTALL)
_MAX_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLetter(ReceivedLetter):
    """A letter with the channel that it came on."""

    delivery_tag: int
    intake: Intake = field(compare=False, repr=False)

    @classmethod
    def read(cls, delivered: DeliveredMessage, intake: Intake) -> Self:
        """Take a delivery over."""
        properties = delivered.header.properties
        return cls(
            body=delivered.body,
            properties=properties_as_json(properties),
            message_id=properties.message_id or "",
            delivery_tag=delivered.delivery_tag or 0,
            intake=intake,
            **read_story(properties.headers or {}),
        )


class _Story(TypedDict):
    key: str
    reason: FailureReason | None
    death: str
    reply: Reply | None
    relay: str
    attempts: int
    failed_at: datetime | None


def read_story(headers: Mapping[str, Any]) -> _Story:
    """Read the fields of a ReceivedLetter that stand in headers."""
    death, died_at = _death(headers)
    reason = _text(headers, REASON)
    return _Story(
        key=_text(headers, KEY),
        reason=FailureReason.parse(reason) if reason else None,
        death=death,
        reply=_reply(_text(headers, REPLY)),
        relay=_text(headers, RELAY),
        attempts=_attempts(headers),
        failed_at=_time(_text(headers, FAILED_AT)) or _later(died_at, _time(_text(headers, REPLAYED_AT))),
    )


def _text(headers: Mapping[str, Any], name: str) -> str:
    value = headers.get(name)
    return value if isinstance(value, str) else ""


def _attempts(headers: Mapping[str, Any]) -> int:
    value = headers.get(ATTEMPTS)
    return value if type(value) is int and 0 <= value <= _MAX_ATTEMPTS else 0


def _reply(text: str) -> Reply | None:
    found = _REPLY.fullmatch(text)
    return Reply(code=int(found.group(1)), text=found.group(2) or "") if found else None


def _death(headers: Mapping[str, Any]) -> tuple[str, datetime | None]:
    """Read the newest entry of `x-death`: the broker's reason, and when that was."""
    match headers.get("x-death"):
        case [{"reason": str(reason), "time": datetime() as time}, *_]:
            return reason, time if time.tzinfo else time.replace(tzinfo=UTC)
        case [{"reason": str(reason)}, *_]:
            return reason, None
        case _:
            return "", None


def _later(died_at: datetime | None, replayed_at: datetime | None) -> datetime | None:
    """When the broker moved it here: to the second, but after the replay that brought it to the worker."""
    return max(died_at, replayed_at) if died_at and replayed_at else died_at


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        # A time whose offset leads out of the calendar cannot be compared with others.
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None
