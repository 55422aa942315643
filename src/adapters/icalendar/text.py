"""Text as data: what a value may hold, and how it is written."""

from typing import ClassVar

from icalendar import vText

# Line breaks of all scripts: CR, LF, NEL, and Unicode's separators of lines and paragraphs.
_BREAKS = (0x0A, 0x0D, 0x85, 0x2028, 0x2029)
# RFC 5545 3.1 and 3.3.11 allow no control character but the tab; C1 is allowed and as invisible.
_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09}


class EscapedText(vText):
    r"""A value of type TEXT.

    The library's own escaping turns `\N` in a text (`C:\New`) into a line break.
    """

    __slots__ = ()
    _ESCAPES: ClassVar = {
        **_CONTROLS,
        **dict.fromkeys(_BREAKS, "\\n"),
        **str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"}),
    }

    def to_ical(self) -> bytes:
        """Write it as one line (RFC 5545 3.3.11)."""
        return self.replace("\r\n", "\n").translate(self._ESCAPES).encode()


# RFC 5545 3.2: a parameter knows no escape, so a backslash stands for itself; but some readers (icalendar is one) take
# it for one. Quotes and carets are written by RFC 6868, which the library does.
_IN_NAMES = {**_CONTROLS, **dict.fromkeys((*_BREAKS, 0x09), " "), ord("\\"): "/"}


def clean_name(text: str) -> str:
    """Make it fit for a parameter, such as the name of an attendee."""
    return text.translate(_IN_NAMES).strip()
