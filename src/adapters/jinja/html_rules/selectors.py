"""Which elements a CSS rule is for: tags, classes and ids, also inside of each other."""

import re
from dataclasses import dataclass

from adapters.jinja.html_rules.document import Element

_COMPOUND = re.compile(r"(\*|[a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Compound:
    tag: str
    classes: frozenset[str]
    ids: frozenset[str]

    def matches(self, element: Element) -> bool:
        return (
            self.tag in ("", "*", element.tag)
            and self.classes <= set(element.attrs.get("class", "").split())
            and self.ids <= {element.attrs.get("id", "")}
        )


@dataclass(frozen=True, slots=True)
class Selector:
    """Each part is inside of the one before it; `specificity` as CSS counts it."""

    parts: tuple[_Compound, ...]

    @property
    def specificity(self) -> tuple[int, int, int]:
        return (
            sum(len(part.ids) for part in self.parts),
            sum(len(part.classes) for part in self.parts),
            sum(part.tag not in ("", "*") for part in self.parts),
        )

    def matches(self, element: Element) -> bool:
        """Whether the rule is for this element."""
        *around, last = self.parts
        if not last.matches(element):
            return False
        # The nearest that fits is always right: parts are only ever inside of each other.
        for ancestor in list(element.chain())[1:]:
            if around and around[-1].matches(ancestor):
                around.pop()
        return not around


def parse_selector(text: str) -> Selector | None:
    """Read one selector; None for those with attributes, states, or signs between their parts."""
    parts = []
    for word in text.split():
        found = _COMPOUND.fullmatch(word)
        if not found:
            return None
        names = re.findall(r"[.#][\w-]+", found[2])
        parts.append(
            _Compound(
                (found[1] or "").lower(),
                frozenset(name[1:] for name in names if name[0] == "."),
                frozenset(name[1:] for name in names if name[0] == "#"),
            )
        )
    return Selector(tuple(parts)) if parts else None
