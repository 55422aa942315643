"""A task as text that an operator edits: TOML, with the field names of `proto/email.proto`."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.email_task import EmailTask, Ticket
from entrypoints.task_fields import TaskFieldsInvalid, task_from_fields

_NEVER = datetime.min.replace(tzinfo=UTC)
_TABLES = ("params", "ticket")
_HEAD = "# Change what you like and save; a line that is removed leaves its field empty. Attachments stay.\n"


def with_changes(task: EmailTask, changes: Sequence[str]) -> EmailTask:
    """Apply `NAME=VALUE` texts: `to=...`, `params.seat=...`, `ticket.code=...`; raises TaskFieldsInvalid."""
    fields = _fields(task)
    for change in changes:
        name, is_given, value = change.partition("=")
        table, dot, inner = name.partition(".")
        if not is_given or not name:
            raise TaskFieldsInvalid([f"--set {name}: must be NAME=VALUE"])
        target = fields.setdefault(table, {}) if dot and table in _TABLES else fields
        _put(target, inner if target is not fields else name, value, keeps_empty=table == "params")
    return _task(task, fields)


def as_text(task: EmailTask) -> str:
    """Write the form."""
    fields = _fields(task)
    return _HEAD + "".join(_lines(fields))


def from_text(task: EmailTask, text: str) -> EmailTask:
    """Read the form that `as_text` wrote of a task; raises TaskFieldsInvalid."""
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TaskFieldsInvalid([f"not TOML: {error}"]) from None
    return _task(task, fields)


def _put(target: dict[str, Any], name: str, value: str, *, keeps_empty: bool) -> None:
    if value or keeps_empty:
        target[name] = value
    else:
        target.pop(name, None)


def _task(task: EmailTask, fields: Mapping[str, Any]) -> EmailTask:
    edited = task_from_fields(fields, now=_NEVER)
    # Not in the form: what no operator should change, or would by accident.
    return replace(
        edited,
        attachments=task.attachments,
        retry_count=task.retry_count,
        created_at=edited.created_at if "created_at" in fields else None,
    )


def _fields(task: EmailTask) -> dict[str, Any]:
    texts = {name: getattr(task, name) for name in ("to", "category", "subject", "first_name", "task_id", "locale")}
    times = {name: _iso(getattr(task, name)) for name in ("created_at", "send_at", "expires_at")}
    given: dict[str, Any] = {name: value for name, value in (texts | times).items() if value}
    if task.params:
        given["params"] = dict(task.params)
    if task.ticket is not None:
        given["ticket"] = _ticket(task.ticket)
    return given


def _ticket(ticket: Ticket) -> dict[str, str]:
    texts = {name: getattr(ticket, name) for name in ("code", "event_name", "venue", "holder")}
    fields = {**texts, "start": _iso(ticket.starts_at), "end": _iso(ticket.ends_at)}
    return {name: value for name, value in fields.items() if value}


def _iso(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _lines(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, str):
            yield f"{name} = {_quoted(value)}\n"
    for name, table in fields.items():
        if isinstance(table, dict):
            yield f"\n[{name}]\n"
            yield from (f"{_quoted(key)} = {_quoted(value)}\n" for key, value in table.items())


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, where the characters above ASCII stand for themselves.
    return json.dumps(text, ensure_ascii=False)
