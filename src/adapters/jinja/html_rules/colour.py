"""Colours as CSS and HTML write them, and the contrast of two."""

import colorsys
import re
from typing import NamedTuple

from adapters.jinja.html_rules.colour_names import COLOUR_NAMES

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")
_NUMBER = re.compile(r"([+-]?[0-9]*\.?[0-9]+)(%|deg)?")
_TOKEN = re.compile(r"#[0-9a-f]+|[a-z-]+\([^()]*\)|[a-z]+")


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and from 0 to 1 how much of what is behind it it covers."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, behind: "Colour") -> "Colour":
        """What is seen where it is painted on another."""
        pairs = zip(self[:3], behind[:3], strict=True)
        return Colour(*(above * self.alpha + below * (1 - self.alpha) for above, below in pairs))

    def __str__(self) -> str:
        return "#" + "".join(f"{round(channel):02x}" for channel in self[:3])


TRANSPARENT = Colour(0, 0, 0, 0)
WHITE = Colour(255, 255, 255)
BLACK = Colour(0, 0, 0)


def parse_colour(text: str) -> Colour | None:
    """Read `#fff`, `rgb()`, `hsl()` or a name; None for everything else, such as `inherit`."""
    word = text.strip().lower()
    if word == "transparent":
        return TRANSPARENT
    if found := _HEX.fullmatch(f"#{COLOUR_NAMES.get(word, '')}" if word in COLOUR_NAMES else word):
        digits = found[1] if len(found[1]) > 4 else "".join(2 * digit for digit in found[1])
        red, green, blue, *alpha = bytes.fromhex(digits)
        return Colour(red, green, blue, alpha[0] / 255 if alpha else 1)
    function = _FUNCTION.fullmatch(word)
    return _from_function(function[1], _NUMBER.findall(function[2])) if function else None


def colours_in(text: str) -> list[Colour]:
    """Find the colours that a longer value names, as a gradient does."""
    return [colour for token in _TOKEN.findall(text.lower()) if (colour := parse_colour(token))]


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21, by WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _from_function(name: str, numbers: list[tuple[str, str]]) -> Colour | None:
    if len(numbers) not in (3, 4):
        return None
    values = [float(number) for number, _ in numbers]
    alpha = values[3] / (100 if numbers[3][1] == "%" else 1) if len(values) == 4 else 1.0
    if name == "hsl":
        red, green, blue = colorsys.hls_to_rgb(values[0] / 360 % 1, _share(values[2] / 100), _share(values[1] / 100))
    else:
        units = [100 if unit == "%" else 255 for _, unit in numbers]
        red, green, blue = (_share(value / unit) for value, unit in zip(values[:3], units[:3], strict=True))
    return Colour(255 * red, 255 * green, 255 * blue, _share(alpha))


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _luminance(colour: Colour) -> float:
    # https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    shares = [channel / 255 for channel in colour[:3]]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
