"""Reads the headers of a message and writes those of our copies.

Anybody who may publish can write any header, so what is read is bounded and never trusted with more than its own
mail: `x-mail-attempt` outside 0 to 1000 is 0, and an `x-mail-due` that is no time, or over a year ahead, is ignored.
So is one that is further ahead than a copy from its rung (`x-mail-rung`) can be: our clock was set back meanwhile.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aio_pika.abc import HeadersType
from pamqp import encode
from pamqp.common import FieldValue

from adapters.rabbitmq.ladder import RUNGS_MS
from application.ports.ledger import ANY_FAILURE, NO_FAILURE
from application.ports.message_source import HospitalLetter
from domain.trace_context import NO_TRACE, TraceContext

KEY = "x-mail-key"
ATTEMPT = "x-mail-attempt"
DUE = "x-mail-due"
RUNG = "x-mail-rung"
REASON = "x-mail-reason"
REPLY = "x-mail-reply"
RELAY = "x-mail-relay"
ATTEMPTS = "x-mail-attempts"
FAILED_AT = "x-mail-failed-at"
REPLAYED_AT = "x-mail-replayed-at"
# What tracers write: W3C Trace Context and Datadog's own. Not `baggage`, which may be anybody's data.
_TRACE = (
    "traceparent",
    "tracestate",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
)
_MAX_TRACE_CHARACTERS = 512
REVIVES = "x-mail-revives"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_MAX_ATTEMPT = 1000
_MAX_WAIT = timedelta(days=366)
# The header table travels in one frame of at most 128 kB, and an oversized one costs the whole connection.
_MAX_FOREIGN_BYTES = 32_768
_MAX_REPLY_BYTES = 2048
_MAX_NAME_BYTES = 128  # pamqp cuts longer names
_OURS = "x-mail-"
# The broker's own notes on where a message has been: it grows them with every hop, and nothing of ours reads them.
_BROKERS = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")
# The broker also routes a message to the queues named in these: every copy of ours would be delivered there, too.
_ROUTING = ("CC", "BCC")
_SAME_TRACE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """What our own earlier copy says; the defaults are a producer's message."""

    key: str = ""
    attempts: int = 0
    due: datetime | None = None
    trace: TraceContext = NO_TRACE
    revives: str = NO_FAILURE


def read_headers(headers: Mapping[str, FieldValue], *, now: datetime) -> MailHeaders:
    """Read our headers, whoever wrote them."""
    key, attempts = headers.get(KEY), headers.get(ATTEMPT)
    due = _due(headers.get(DUE), now)
    return MailHeaders(
        key=key if isinstance(key, str) else "",
        attempts=attempts if type(attempts) is int and 0 <= attempts <= _MAX_ATTEMPT else 0,
        due=None if due and _is_beyond_rung(due - now, headers.get(RUNG)) else due,
        trace=_trace(headers),
        revives=_revives(headers),
    )


def waiting_headers(
    original: Mapping[str, FieldValue],
    *,
    key: str,
    attempts: int,
    due: datetime,
    rung_ms: int,
    trace: Mapping[str, str] = _SAME_TRACE,
) -> HeadersType:
    """Write the headers of a copy that waits until `due` (aware), for the time being on a rung.

    `trace` goes before what the original says of it.
    """
    return {**_foreign(original), **trace, KEY: key, ATTEMPT: attempts, DUE: _iso(due), RUNG: rung_ms}


def letter_headers(
    original: Mapping[str, FieldValue], letter: HospitalLetter, *, trace: Mapping[str, str] = _SAME_TRACE
) -> HeadersType:
    """Write the headers of a hospital letter: no attempt and no due time, so that moved back it is tried anew."""
    return {
        **_foreign(original),
        **trace,
        KEY: letter.key,
        REASON: str(letter.reason),
        REPLY: _cut(str(letter.reply or "")),
        RELAY: letter.relay,
        ATTEMPTS: letter.attempts,
        FAILED_AT: _iso(letter.failed_at),
    }


def replay_headers(original: Mapping[str, FieldValue], *, key: str, at: datetime, revives: str) -> HeadersType:
    """Write the headers of a letter that is sent back to the worker at a time (aware)."""
    return {**_foreign(original), KEY: key, REPLAYED_AT: _iso(at), REVIVES: revives}


def _revives(headers: Mapping[str, FieldValue]) -> str:
    if REASON in headers or FAILED_AT in headers:
        # Moved back by hand, with what the worker wrote on it.
        return ANY_FAILURE
    token = headers.get(REVIVES)
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else NO_FAILURE


def _trace(headers: Mapping[str, FieldValue]) -> TraceContext:
    """Take over what has the form of a tracer's header; a library may write numbers as such."""
    found = {name: str(headers[name]) for name in _TRACE if type(headers.get(name)) in (str, int)}
    return TraceContext({name: text for name, text in found.items() if len(text) <= _MAX_TRACE_CHARACTERS})


def _due(value: object, now: datetime) -> datetime | None:
    try:
        due = datetime.fromisoformat(value) if isinstance(value, str) else None
        return due if due is not None and due - now <= _MAX_WAIT else None
    except (TypeError, ValueError, OverflowError):  # no time, a naive one, or one whose offset leads out of range
        return None


def _is_beyond_rung(left: timedelta, rung_ms: object) -> bool:
    # By `choose_rung_ms` less than one rung's time is left after it, but for the longest. Twice, lest a clock that is
    # slewed by milliseconds make a copy early.
    if type(rung_ms) is not int or rung_ms not in RUNGS_MS[:-1]:
        return False
    return left > 2 * timedelta(milliseconds=rung_ms)


def _iso(moment: datetime) -> str:
    # Rounded up: `isoformat` cuts, and a copy must never be early.
    rounded = moment.astimezone(UTC) + timedelta(microseconds=999)
    return rounded.isoformat(timespec="milliseconds")


def _cut(text: str) -> str:
    return text.encode("utf-8", "replace")[:_MAX_REPLY_BYTES].decode("utf-8", "ignore")


def _foreign(headers: Mapping[str, FieldValue]) -> HeadersType:
    """Keep what a producer wrote, less what is ours or the broker's, and less the largest where it is too much."""
    sizes = {
        name: size
        for name, value in headers.items()
        if not name.startswith((_OURS, *_BROKERS)) and name not in _ROUTING
        if (size := _encoded_bytes(name, value)) is not None
    }
    total = sum(sizes.values())
    for name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if total <= _MAX_FOREIGN_BYTES:
            break
        total -= sizes.pop(name)
    return {name: headers[name] for name in sizes}


def _encoded_bytes(name: str, value: FieldValue) -> int | None:
    """Measure a header; None where it cannot be written again (bytes that are no text, numbers out of range)."""
    if len(name.encode()) > _MAX_NAME_BYTES:
        return None
    try:
        return len(encode.field_table({name: value}))
    except (TypeError, ValueError, ArithmeticError, RecursionError, struct.error):
        return None
