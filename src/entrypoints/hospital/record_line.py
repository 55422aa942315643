"""A whole letter as one line of JSON, its body in base64, and back."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.audit import Action, AuditEntry, Deed
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import Letter, LetterContents, LetterRecord, LetterStatus
from domain.reply import Reply

_LONGEST = {"key": 128, "group": 12}


class RecordInvalid(Exception):
    """A line is no letter of an export; `problem` says why, without its contents."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def as_line(record: LetterRecord) -> str:
    """Write a letter; the same letter gives the same line."""
    letter = record.letter
    return json.dumps(
        {
            "id": letter.id,
            "key": letter.key,
            "status": str(letter.status),
            "reason": str(letter.reason.kind),
            "reason_detail": letter.reason.detail,
            "reply": {"code": letter.reply.code, "text": letter.reply.text} if letter.reply else None,
            "relay": letter.relay,
            "attempts": letter.attempts,
            "failed_at": letter.failed_at.isoformat(),
            "admitted_at": letter.admitted_at.isoformat(),
            "left_at": record.left_at.isoformat() if record.left_at else None,
            "category": letter.category,
            "domain": letter.domain,
            "group": letter.group,
            "returned": letter.returned,
            "original": letter.original,
            "search_text": record.search_text,
            "properties": record.contents.properties,
            "body_base64": base64.b64encode(record.contents.body).decode(),
            "history": [_entry_fields(each) for each in record.history],
        }
    )


def from_line(line: str) -> LetterRecord:
    """Read what `as_line` wrote; raises RecordInvalid."""
    try:
        fields = json.loads(line)
        record = _record(fields)
        json.loads(record.contents.properties)["headers"].items()
    except KeyError as missing:
        raise RecordInvalid(f"{missing.args[0]} is missing") from None
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise RecordInvalid(f"no letter of an export ({type(error).__name__})") from None
    for name, longest in _LONGEST.items():
        if len(fields[name]) > longest:
            raise RecordInvalid(f"{name} is too long")
    return record


def _record(fields: Mapping[str, Any]) -> LetterRecord:
    reply = fields["reply"]
    letter = Letter(
        id=int(fields["id"]),
        key=_text(fields, "key"),
        status=LetterStatus(fields["status"]),
        reason=FailureReason(FailureKind(fields["reason"]), _text(fields, "reason_detail")),
        reply=None if reply is None else Reply(code=int(reply["code"]), text=_text(reply, "text")),
        relay=_text(fields, "relay"),
        attempts=int(fields["attempts"]),
        failed_at=_time(fields["failed_at"]),
        admitted_at=_time(fields["admitted_at"]),
        category=_text(fields, "category"),
        domain=_text(fields, "domain"),
        group=_text(fields, "group"),
        returned=int(fields["returned"]),
        original=None if fields["original"] is None else int(fields["original"]),
    )
    return LetterRecord(
        letter=letter,
        contents=LetterContents(
            body=base64.b64decode(fields["body_base64"], validate=True), properties=_text(fields, "properties")
        ),
        search_text=_text(fields, "search_text"),
        left_at=None if fields["left_at"] is None else _time(fields["left_at"]),
        history=tuple(map(_entry, fields["history"])),
    )


def _entry_fields(entry: AuditEntry) -> dict[str, str]:
    deed = entry.deed
    return {"at": entry.at.isoformat(), "action": str(deed.action), "by": deed.by, "text": deed.text}


def _entry(fields: Mapping[str, Any]) -> AuditEntry:
    deed = Deed(action=Action(fields["action"]), by=_text(fields, "by"), text=_text(fields, "text"))
    return AuditEntry(at=_time(fields["at"]), deed=deed)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
