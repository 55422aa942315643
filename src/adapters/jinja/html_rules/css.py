"""Reads CSS as far as mails use it: declarations, and rules with the media that they are for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
# Up to a semicolon that stands neither in quotes nor in brackets.
_DECLARATION = re.compile(r"""(?:[^;"'(]|"[^"]*"|'[^']*'|\((?:[^()]|\([^()]*\))*\))+""")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """`color: red !important`, in lower case."""

    name: str
    value: str
    is_important: bool = False


@dataclass(frozen=True, slots=True)
class StyleRule:
    """One selector with its declarations; `media` are the queries around it, from the outermost."""

    selector: str
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...] = ()


def declarations_of(text: str) -> tuple[Declaration, ...]:
    """Read the value of a `style` attribute, or what stands between the braces of a rule."""
    found = []
    for part in _DECLARATION.findall(_COMMENT.sub("", text)):
        name, colon, value = part.lower().partition(":")
        if colon:
            bare = _IMPORTANT.sub("", value)
            found.append(Declaration(name.strip(), bare.strip(), bare != value))
    return tuple(found)


def rules_of(sheet: str) -> Iterator[StyleRule]:
    """Read a style sheet; of rules that begin with @, only `@media` is understood."""
    yield from _rules(_COMMENT.sub("", sheet), ())


def urls_in(text: str) -> Iterator[str]:
    """Find what `url()` refers to."""
    for match in _URL.finditer(text):
        yield match[1] or match[2] or match[3] or ""


def _rules(sheet: str, media: tuple[str, ...]) -> Iterator[StyleRule]:
    position = 0
    while (start := sheet.find("{", position)) >= 0:
        prelude = sheet[position:start].rpartition(";")[2].strip()
        end = _end(sheet, start)
        body, position = sheet[start + 1 : end], end + 1
        if prelude.lower().startswith("@media"):
            yield from _rules(body, (*media, prelude[6:].strip().lower()))
        elif not prelude.startswith("@"):
            declarations = declarations_of(body)
            for selector in prelude.split(","):
                yield StyleRule(selector.strip(), declarations, media)


def _end(sheet: str, start: int) -> int:
    depth = 0
    for position in range(start, len(sheet)):
        depth += {"{": 1, "}": -1}.get(sheet[position], 0)
        if not depth:
            return position
    return len(sheet)
