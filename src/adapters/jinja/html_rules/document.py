"""HTML as a tree, with what stands in Outlook's conditional comments beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# What a start tag ends where the end tag was left out (HTML 13.1.2.4), as far as it changes what is inside of what.
_CELLS = frozenset({"td", "th"})
_ENDS: Mapping[str, frozenset[str]] = {
    "td": _CELLS,
    "th": _CELLS,
    "tr": _CELLS | {"tr"},
    "li": frozenset({"li"}),
    "p": frozenset({"p"}),
}
# Browsers put what is deeper inside beside each other, too (Chromium: 512).
_DEEPEST = 256
_CONDITIONAL = re.compile(r"\[if [^\]]*\]>(.*)<!\[endif\]", re.DOTALL | re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Element:
    """An element; attributes without a value have an empty one."""

    tag: str
    attrs: Mapping[str, str]
    parent: "Element | None" = None
    children: "list[Element | str]" = field(default_factory=list)

    def chain(self) -> "Iterator[Element]":
        """Go from this element to the outermost."""
        element: Element | None = self
        while element:
            yield element
            element = element.parent

    def elements(self) -> "Iterator[Element]":
        """Go through this element and all inside it, as they are read."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.elements()


@dataclass(frozen=True, slots=True)
class Document:
    """`root` is around everything and has no tag; `for_outlook` are the same of each conditional comment."""

    root: Element
    for_outlook: tuple[Element, ...]

    def everything(self) -> Iterator[Element]:
        """Go through all elements, those for Outlook last."""
        for root in (self.root, *self.for_outlook):
            yield from root.elements()

    def sheets(self) -> list[str]:
        """Return what stands in `style` elements, Outlook's excepted."""
        styles = (element for element in self.root.elements() if element.tag == "style")
        return ["".join(child for child in style.children if isinstance(child, str)) for style in styles]


def read_document(html: str) -> Document:
    """Read HTML, however it is formed."""
    root, comments = _read(html)
    found = (_CONDITIONAL.search(comment) for comment in comments)
    return Document(root, tuple(_read(match[1])[0] for match in found if match))


def _read(html: str) -> tuple[Element, list[str]]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root, reader.comments


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.comments: list[str] = []
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].tag in _ENDS.get(tag, ()):
            self._open.pop()
        parent = self._open[-1]
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        parent.children.append(element)
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)
