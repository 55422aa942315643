"""Text of a task, cleaned of what could disturb the text around it."""

import re

# Unicode TR 9, 2.1-2.4: embeddings, overrides and isolates turn the text after them around.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    r"""Take out what turns text around; lines end in \n."""
    shown = text if text.isascii() else _BIDI_CONTROLS.sub("", text)
    return shown.replace("\r\n", "\n").replace("\r", "\n") if "\r" in shown else shown


def one_line(text: str) -> str:
    """Plain text with single spaces between its words."""
    return " ".join(plain(text).split())


def is_blank(text: str) -> bool:
    """Whether there is nothing to read in it."""
    return not plain(text).strip()
