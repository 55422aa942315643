"""Puts values of another task into a body, and leaves every byte as it is that says something else."""

from collections.abc import Mapping

from adapters.protobuf.wire_check import read_value, tag_or_length
from adapters.protobuf.wire_schema import Kind, WireField

# By field number: what stands in the message for it, tags included.
_Parts = dict[int, list[bytes]]


def merged(body: bytes, before: bytes, after: bytes, fields: Mapping[int, WireField]) -> bytes:
    """Replace in a checked `body` the fields in which `before` and `after` differ, two encodings of what we know of it.

    Unknown fields, explicit defaults and everything unchanged stay as their producer wrote them, also within messages.
    """
    original, old, new = _parts(body), _parts(before), _parts(after)
    result: list[bytes] = []
    # In the order of their numbers, as the check wants them.
    for number in sorted(original.keys() | new.keys()):
        if number not in fields or old.get(number) == new.get(number):
            result += original.get(number, [])
        elif _is_single_message(fields[number]) and number in original and number in new:
            was, said, says = (_content(parts[number][0]) for parts in (original, old, new))
            result.append(_message(number, merged(was, said, says, fields[number].fields)))
        else:
            result += new.get(number, [])
    return b"".join(result)


def _is_single_message(field: WireField) -> bool:
    return field.kind is Kind.MESSAGE and not field.repeated


def _parts(message: bytes) -> _Parts:
    parts: _Parts = {}
    pos = 0
    while pos < len(message):
        begin = pos
        tag, pos = tag_or_length(message, pos)
        _, pos = read_value(message, pos, tag & 7)
        parts.setdefault(tag >> 3, []).append(message[begin:pos])
    return parts


def _content(part: bytes) -> bytes:
    _, pos = tag_or_length(part, 0)
    _, pos = tag_or_length(part, pos)
    return part[pos:]


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
