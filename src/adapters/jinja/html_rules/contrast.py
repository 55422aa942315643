"""Text that is hard to read on its background (WCAG 2.2, 1.4.3)."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.jinja.html_rules.cascade import Cascade, Scheme
from adapters.jinja.html_rules.colour import Colour, contrast
from adapters.jinja.html_rules.document import Document, Element
from adapters.jinja.html_rules.flaw import Flaw, short
from adapters.jinja.html_rules.look import Look, first_look

_WANTED, _WANTED_OF_LARGE = 4.5, 3.0
_WHERE = {
    Scheme.LIGHT: "",
    Scheme.PLAIN: " where a mail program drops the style element",
    Scheme.DARK: " in dark mode",
}
_HAS_NIGHT = re.compile(r"(?<![a-z-])color-scheme\s*:[^;}]*\bdark\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Faint:
    text: str
    colour: Colour
    background: Colour
    wanted: float

    @property
    def ratio(self) -> float:
        return contrast(self.colour, self.background)


def faint_text(document: Document) -> Iterator[Flaw]:
    """Find text and alt texts without enough contrast, each pair of colours once."""
    told = set()
    for scheme, where in _WHERE.items():
        cascade = Cascade(document, scheme)
        look = first_look(at_night=scheme is Scheme.DARK and _has_night(document))
        for faint in _faint_in(document.root, look, cascade):
            pair = (str(faint.colour), str(faint.background), faint.wanted)
            if pair not in told:
                told.add(pair)
                # Rounded down: what is not enough must not look as if it were.
                ratio = math.floor(faint.ratio * 100) / 100
                what = f'"{short(faint.text)}" is {pair[0]} on {pair[1]}{where}: a contrast of {ratio:.2f}'
                yield Flaw(what, f"choose colours with {faint.wanted:g} at least (WCAG AA)")


def _has_night(document: Document) -> bool:
    names = ("color-scheme", "supported-color-schemes")
    metas = (element.attrs for element in document.root.elements() if element.tag == "meta")
    is_told = any(attrs.get("name") in names and "dark" in attrs.get("content", "").lower() for attrs in metas)
    return is_told or any(_HAS_NIGHT.search(sheet) for sheet in document.sheets())


def _faint_in(element: Element, around: Look, cascade: Cascade) -> Iterator[_Faint]:
    look = around.inside(element, cascade.style_of(element))
    if not look.is_seen:
        return
    if element.tag == "img":
        yield from _faint(element.attrs.get("alt", ""), look)
    for child in element.children:
        if isinstance(child, Element):
            yield from _faint_in(child, look, cascade)
        else:
            yield from _faint(child, look)


def _faint(text: str, look: Look) -> Iterator[_Faint]:
    if not text.strip() or not look.size_px or look.colour is None or not look.backgrounds:
        return
    wanted = _WANTED_OF_LARGE if look.is_large else _WANTED
    found = [_Faint(text, look.colour.over(background), background, wanted) for background in look.backgrounds]
    worst = min(found, key=lambda one: one.ratio)
    if worst.ratio < wanted:
        yield worst
