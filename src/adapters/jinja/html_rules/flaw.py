"""What a rule finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend, and how."""

    what: str
    remedy: str


def short(text: str) -> str:
    """Quote enough of a text to find it by."""
    words = " ".join(text.split())
    return words if len(words) <= 50 else f"{words[:49]}…"
