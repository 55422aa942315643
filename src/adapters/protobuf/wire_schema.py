"""What email.proto allows on the wire, as a table: the check of raw bytes is driven by it.

A test holds it against email.proto, so that a field cannot be added to one and forgotten in the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a field may hold."""

    LINE = "line"  # UTF-8 without control characters: it may reach a header
    TEXT = "text"  # UTF-8 that may also hold tabs and line breaks
    BYTES = "bytes"
    INTEGER = "integer"
    MESSAGE = "message"
    MAP = "map"  # messages whose field 1, the key, differs


@dataclass(frozen=True, slots=True, kw_only=True)
class WireField:
    """One field of a message; `lowest` and `highest` bound an INTEGER, `fields` describe a MESSAGE or a MAP entry."""

    name: str
    kind: Kind
    repeated: bool = False
    lowest: int = 0
    highest: int = 0
    fields: Mapping[int, "WireField"] = field(default_factory=dict)


# The range that google/protobuf/timestamp.proto states: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
TIMESTAMP: Mapping[int, WireField] = {
    1: WireField(name="seconds", kind=Kind.INTEGER, lowest=-62_135_596_800, highest=253_402_300_799),
    2: WireField(name="nanos", kind=Kind.INTEGER, highest=999_999_999),
}

PARAM: Mapping[int, WireField] = {
    1: WireField(name="key", kind=Kind.LINE),
    2: WireField(name="value", kind=Kind.TEXT),
}

TICKET: Mapping[int, WireField] = {
    1: WireField(name="code", kind=Kind.LINE),
    2: WireField(name="event_name", kind=Kind.LINE),
    3: WireField(name="venue", kind=Kind.LINE),
    4: WireField(name="start", kind=Kind.MESSAGE, fields=TIMESTAMP),
    5: WireField(name="end", kind=Kind.MESSAGE, fields=TIMESTAMP),
    6: WireField(name="holder", kind=Kind.LINE),
}

ATTACHMENT: Mapping[int, WireField] = {
    1: WireField(name="filename", kind=Kind.LINE),
    2: WireField(name="content_type", kind=Kind.LINE),
    3: WireField(name="content", kind=Kind.BYTES),
}

EMAIL_TASK: Mapping[int, WireField] = {
    1: WireField(name="to", kind=Kind.LINE),
    2: WireField(name="category", kind=Kind.LINE),
    3: WireField(name="subject", kind=Kind.LINE),
    4: WireField(name="first_name", kind=Kind.LINE),
    5: WireField(name="retry_count", kind=Kind.INTEGER, highest=2**32 - 1),
    6: WireField(name="created_at", kind=Kind.MESSAGE, fields=TIMESTAMP),
    7: WireField(name="task_id", kind=Kind.LINE),
    8: WireField(name="params", kind=Kind.MAP, repeated=True, fields=PARAM),
    9: WireField(name="locale", kind=Kind.LINE),
    10: WireField(name="ticket", kind=Kind.MESSAGE, fields=TICKET),
    11: WireField(name="attachments", kind=Kind.MESSAGE, repeated=True, fields=ATTACHMENT),
    12: WireField(name="send_at", kind=Kind.MESSAGE, fields=TIMESTAMP),
    13: WireField(name="expires_at", kind=Kind.MESSAGE, fields=TIMESTAMP),
}
RETRY_COUNT = 5
MAP_KEY = 1
