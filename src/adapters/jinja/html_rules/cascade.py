"""Which declarations hold for an element: by its attributes, by the style sheets, and by their order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adapters.jinja.html_rules.css import Declaration, declarations_of, rules_of
from adapters.jinja.html_rules.document import Document, Element
from adapters.jinja.html_rules.selectors import Selector, parse_selector

_FEATURE = re.compile(r"\(\s*([a-z-]+)\s*(?::\s*([^)]*?)\s*)?\)")
_SCHEME = "prefers-color-scheme"
_IMAGE = re.compile(r"(?:url|image-set|[a-z-]*gradient)\((?:[^()]|\([^()]*\))*\)")
_TEXT_COLOURS = {"font": {"color": "color"}, "body": {"text": "color"}}
_BARE_HEX = re.compile(r"[0-9a-fA-F]{6}")


class Scheme(StrEnum):
    """How a reader sees a mail: with its style sheets by day or by night, or in a program that drops them."""

    LIGHT = "light"
    DARK = "dark"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Selector
    declarations: tuple[Declaration, ...]


class Cascade:
    """The style sheets of a document, as far as they apply to a scheme."""

    def __init__(self, document: Document, scheme: Scheme) -> None:
        self._rules = list(_applying(document.sheets(), scheme)) if scheme is not Scheme.PLAIN else []

    def style_of(self, element: Element) -> Mapping[str, str]:
        """Return the values by property, what is inherited not among them."""
        # What comes later wins: attributes, sheets by their specificity, `style`, and the important ones again.
        matching = sorted(
            (rule for rule in self._rules if rule.selector.matches(element)), key=lambda rule: rule.selector.specificity
        )
        inline = declarations_of(element.attrs.get("style", ""))
        layers = [*_hints(element), *(one for rule in matching for one in rule.declarations), *inline]
        ordered = sorted(layers, key=lambda one: one.is_important)
        return {name: value for one in ordered for name, value in _longhands(one)}


def _applying(sheets: Sequence[str], scheme: Scheme) -> Iterator[_Rule]:
    for sheet in sheets:
        for rule in rules_of(sheet):
            selector = parse_selector(rule.selector)
            if selector and all(any(_fits(one, scheme) for one in query.split(",")) for query in rule.media):
                yield _Rule(selector, rule.declarations)


def _fits(query: str, scheme: Scheme) -> bool:
    """Whether it asks for this scheme and nothing else; what is for a width, for print or for no one is not seen."""
    features = dict(_FEATURE.findall(query))
    wanted = features.pop(_SCHEME, scheme)
    return wanted == scheme and not features and not re.search(r"\b(not|print|speech)\b", query)


def _hints(element: Element) -> Iterator[Declaration]:
    """Attributes from before CSS (HTML 15.3), which mails still need."""
    colours = {"bgcolor": "background-color"} | _TEXT_COLOURS.get(element.tag, {})
    for name, value in element.attrs.items():
        if name in colours:
            yield Declaration(colours[name], f"#{value}" if _BARE_HEX.fullmatch(value) else value.lower())
    if "hidden" in element.attrs:
        yield Declaration("display", "none")


def _longhands(one: Declaration) -> Iterator[tuple[str, str]]:
    if one.name == "background":
        yield "background-color", _IMAGE.sub("", one.value)
        yield "background-image", one.value
    else:
        yield one.name, one.value
