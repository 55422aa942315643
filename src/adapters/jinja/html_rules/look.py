"""How text looks where an element stands: its colour, what it may lie on, its size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.jinja.html_rules.colour import BLACK, WHITE, Colour, colours_in, parse_colour
from adapters.jinja.html_rules.document import Element

_LENGTH = re.compile(r"([0-9]*\.?[0-9]+)(px|pt|em|rem|%)")
_PX = {"px": 1.0, "pt": 4 / 3, "rem": 16.0}
_ZERO = re.compile(r"0(\.0*)?(px|%)?")
_GRADIENT = re.compile(r"gradient\((?:[^()]|\([^()]*\))*\)")
# What browsers give by themselves (HTML 15.3).
_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83}
_BOLD = frozenset({"b", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "th"})
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
_LINK = Colour(0, 0, 238)
_NIGHT = (WHITE, Colour(18, 18, 18), Colour(158, 158, 255))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`colour` is None and `backgrounds` is empty where they cannot be told; a gradient is each colour it names."""

    colour: Colour | None = BLACK
    backgrounds: tuple[Colour, ...] = (WHITE,)
    link: Colour = _LINK
    size_px: float = 16.0
    is_bold: bool = False
    is_seen: bool = True

    @property
    def is_large(self) -> bool:
        """Large-scale text by WCAG 2.2: 18 pt, or 14 pt in bold."""
        return self.size_px >= 24 or (self.is_bold and self.size_px >= 18.66)

    def inside(self, element: Element, style: Mapping[str, str]) -> "Look":
        """Return the look of what stands in an element with this style, inside of what has this look."""
        return replace(
            self,
            colour=self._colour(element, style),
            backgrounds=self._backgrounds(style),
            size_px=self._size_px(element, style),
            is_bold=_bold(style.get("font-weight", ""), default=self.is_bold or element.tag in _BOLD),
            # Not where the size is 0: what stands inside may have its own, as boxes side by side do.
            is_seen=self.is_seen and element.tag not in _UNSEEN and not _hides(style),
        )

    def _colour(self, element: Element, style: Mapping[str, str]) -> Colour | None:
        value = style.get("color")
        if value in (None, "inherit", "currentcolor"):
            is_link = element.tag == "a" and "href" in element.attrs and not value
            return self.link if is_link else self.colour
        return parse_colour(value or "")

    def _backgrounds(self, style: Mapping[str, str]) -> tuple[Colour, ...]:
        behind = self.backgrounds
        value = style.get("background-color", "")
        if named := colours_in(value):
            behind = tuple(dict.fromkeys(named[0].over(one) for one in behind))
        elif "(" in value:
            behind = ()
        gradients = _GRADIENT.findall(style.get("background-image", ""))
        stops = [stop for gradient in gradients for stop in colours_in(gradient.partition("(")[2])]
        return tuple(dict.fromkeys((*behind, *(stop.over(one) for stop in stops for one in behind))))

    def _size_px(self, element: Element, style: Mapping[str, str]) -> float:
        value = style.get("font-size", "")
        if _ZERO.fullmatch(value):
            return 0.0
        found = _LENGTH.fullmatch(value)
        if not found:
            return self.size_px * _SIZES.get(element.tag, 1.0)
        number = float(found[1])
        relative = self.size_px / (100 if found[2] == "%" else 1)
        return number * _PX.get(found[2], relative)


def first_look(*, at_night: bool) -> Look:
    """Return what a browser begins with; at night, for a document that says it has a dark scheme."""
    if not at_night:
        return Look()
    text, page, link = _NIGHT
    return Look(colour=text, backgrounds=(page,), link=link)


def _bold(weight: str, *, default: bool) -> bool:
    if weight.isdigit():
        return int(weight) >= 700
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(weight, default)


def _hides(style: Mapping[str, str]) -> bool:
    return (
        style.get("display") == "none"
        or style.get("visibility") == "hidden"
        or _ZERO.fullmatch(style.get("opacity", "")) is not None
        or (_ZERO.fullmatch(style.get("max-height", "")) is not None and style.get("overflow") == "hidden")
    )
