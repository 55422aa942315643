"""Header values that no reader can take for anything else than the text that was given.

Written by ourselves: `email.message` of some Pythons lets a subject such as `=?utf-8?q?a=0ABcc:_b?=` out as a
second header line (CVE-2024-6923), and it re-parses what it is given.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from urllib.parse import quote

# RFC 2047 2: an encoded word has at most 75 characters, the line that holds it at most 76.
_MAX_LINE = 76
_PREFIX, _SUFFIX = "=?utf-8?b?", "?="
_FOLD = "\r\n "
_FRAME = len(_PREFIX) + len(_SUFFIX)
# Nothing, or words of printable ASCII with single spaces between them.
_PLAIN = re.compile(r"([!-~]+( [!-~]+)*)?")
# RFC 5322 3.2.3: a phrase of atoms; everything else in front of an address has a meaning of its own.
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# What needs neither quoting nor RFC 2231 inside the quotes of a parameter.
_PLAIN_PARAMETER = re.compile(r"[A-Za-z0-9 ._()+@,-]{1,55}")
# RFC 2231 3: a part of a long value, so short that name, number and quotes fit on its line of 76.
_PART = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,18}")


def unstructured(name: str, text: str) -> bytes:
    """Write a header line whose value is `text`, such as a subject."""
    line = f"{name}: {text}"
    if _PLAIN.fullmatch(text) and "=?" not in text and len(line) <= _MAX_LINE:
        return line.encode()
    return f"{name}: {_encoded_words(text, len(name) + 2)}".encode()


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """Write a header line that holds one mailbox; `address` goes as it is, in UTF-8."""
    if not display_name:
        return f"{name}: {address}".encode()
    if _PHRASE.fullmatch(display_name) and "=?" not in display_name and len(display_name) < _MAX_LINE // 2:
        phrase = display_name
    else:
        phrase = _encoded_words(display_name, len(name) + 2)
    line = f"{name}: {phrase}"
    fits = len(line) - line.rfind("\n") + len(address) + 2 <= _MAX_LINE
    return f"{line}{' ' if fits else _FOLD}<{address}>".encode()


def parameter(name: str, text: str) -> str:
    """Write a parameter on a line of its own, to be put behind a header's value (RFC 2231)."""
    if _PLAIN_PARAMETER.fullmatch(text):
        return f';{_FOLD}{name}="{text}"'
    parts = _PART.findall(quote(text, safe=""))
    parts[0] = f"utf-8''{parts[0]}"
    if len(parts) == 1:
        return f";{_FOLD}{name}*={parts[0]}"
    return "".join(f";{_FOLD}{name}*{number}*={part}" for number, part in enumerate(parts))


def _encoded_words(text: str, used: int) -> str:
    return _FOLD.join(f"{_PREFIX}{b2a_base64(chunk, newline=False).decode()}{_SUFFIX}" for chunk in _chunks(text, used))


def _chunks(text: str, used: int) -> Iterator[bytes]:
    """Cut at character boundaries (RFC 2047 5 (3)) what fits on a line, the first of which has `used` columns taken."""
    room = _bytes_for(_MAX_LINE - used)
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > room:
            yield chunk
            chunk, room = b"", _bytes_for(_MAX_LINE - len(" "))
        chunk += encoded
    yield chunk


def _bytes_for(columns: int) -> int:
    return (columns - _FRAME) // 4 * 3
