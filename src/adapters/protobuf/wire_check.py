"""The strict check of a body's raw bytes, before the decoder sees them.

No betterproto release checks lengths: most truncations of a task decode without an error, some with `to` cut short.
What passes here is well-formed, and every parser that follows the specification reads the same values from it.

Stricter than the specification (https://protobuf.dev/programming-guides/encoding/), so that damage cannot pass for a
task:
* Fields stand in the order of their numbers, as every common encoder writes them. Else one flipped bit in the length
  of `ann@shop.sexy` mails `ann@shop.se`: the rest, `xy`, is a perfectly good unknown field.
* A field that is not repeated occurs once, and a key of a map too; parsers would take the last.
* A known field has its own wire type, an integer is in the range of its type, and there are no groups.
Unknown fields are a newer producer's and pass, but in the entries of a map.
"""

import re
from collections.abc import Mapping

from adapters.protobuf.wire_schema import EMAIL_TASK, MAP_KEY, RETRY_COUNT, Kind, WireField

_VARINT, _LEN = 0, 2
_FIXED_SIZES = {1: 8, 5: 4}
_GROUPS = {3, 4}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

# By field number: where the last one of it begins and ends, and its value.
_Found = dict[int, tuple[int, int, int | bytes]]


class WireDamage(Exception):
    """The bytes are not exactly one task; `detail` is a constant with the field's name, never a value."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def check_task(body: bytes) -> bytes:
    """Check a whole body and return it without its retry counter; raises WireDamage."""
    begin, end, _ = _check_message(body, EMAIL_TASK, "").get(RETRY_COUNT, (0, 0, 0))
    return body[:begin] + body[end:]


def _check_message(body: bytes, fields: Mapping[int, WireField], path: str) -> _Found:
    """Check one message; `path` names the field that it stands in, dot included."""
    found: _Found = {}
    keys: set[int | bytes] = set()
    pos = previous = 0
    while pos < len(body):
        begin = pos
        tag, pos = tag_or_length(body, pos)
        number, wire_type = tag >> 3, tag & 7
        field = fields.get(number)
        if number <= previous:
            _check_order(number, previous, field, path)
        previous = number
        if field and wire_type != (_VARINT if field.kind is Kind.INTEGER else _LEN):
            raise WireDamage(f"wire_type:{path}{field.name}")
        value, pos = read_value(body, pos, wire_type)
        if field and field.fields and isinstance(value, bytes):
            inner = _check_message(value, field.fields, f"{path}{field.name}.")
            if field.kind is Kind.MAP:
                _check_entry(inner, keys, field, path)
        elif field:
            _check_scalar(value, field, path)
        found[number] = begin, pos, value
    return found


def _check_order(number: int, previous: int, field: WireField | None, path: str) -> None:
    if number == 0:
        raise WireDamage("field_number")
    if number < previous:
        raise WireDamage("field_order")
    if field and not field.repeated:
        raise WireDamage(f"duplicate:{path}{field.name}")


def _check_entry(entry: _Found, keys: set[int | bytes], field: WireField, path: str) -> None:
    """Check an entry of a map against the `keys` before it, and add its own."""
    # An entry has nothing to add to: Google's parser drops one with an unknown field as a whole, others read it.
    if not entry.keys() <= field.fields.keys():
        raise WireDamage(f"unknown_field:{path}{field.name}")
    _, _, key = entry.get(MAP_KEY, (0, 0, b""))  # an absent key is the empty one
    if key in keys:
        raise WireDamage(f"duplicate:{path}{field.name}")
    keys.add(key)


def _check_scalar(value: int | bytes, field: WireField, path: str) -> None:
    if isinstance(value, int):
        # Negative numbers are written as 64 bits, in two's complement.
        if not field.lowest <= (value - 2**64 if value >= 2**63 else value) <= field.highest:
            raise WireDamage(f"out_of_range:{path}{field.name}")
    elif field.kind is not Kind.BYTES:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            raise WireDamage(f"not_utf8:{path}{field.name}") from None
        if (_CONTROL if field.kind is Kind.LINE else _CONTROL_BUT_LINES).search(text):
            raise WireDamage(f"control_character:{path}{field.name}")


def read_value(body: bytes, pos: int, wire_type: int) -> tuple[int | bytes, int]:
    """Read a value of any wire type but a group; return it and the position behind it."""
    if wire_type == _VARINT:
        return _varint(body, pos)
    if wire_type == _LEN:
        size, pos = tag_or_length(body, pos)
    elif wire_type in _FIXED_SIZES:
        size = _FIXED_SIZES[wire_type]
    else:
        raise WireDamage("group" if wire_type in _GROUPS else "wire_type")
    if pos + size > len(body):
        raise WireDamage("truncated")
    return body[pos : pos + size], pos + size


def tag_or_length(body: bytes, pos: int) -> tuple[int, int]:
    """Read a varint of 32 bits, nearly always of one byte; return it and the position behind it."""
    if pos < len(body) and body[pos] < 0x80:
        return body[pos], pos + 1
    value, end = _varint(body, pos)
    if end - pos > 5 or value >= 2**32:
        raise WireDamage("varint")
    return value, end


def _varint(body: bytes, pos: int) -> tuple[int, int]:
    """Read a varint of 64 bits, at most ten bytes; return it and the position behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if pos >= len(body):
            raise WireDamage("truncated")
        byte = body[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 2**64:
                break
            return value, pos
    raise WireDamage("varint")
