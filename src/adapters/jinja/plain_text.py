"""The plain text of a mail that has only HTML, in the order in which it is read."""

import re
from html.parser import HTMLParser

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_UNSEEN = frozenset({"head", "script", "style", "title", "template"})
# How many lines end before and after them; the others stand in a line.
_LINE = dict.fromkeys(
    ("address", "article", "blockquote", "div", "dd", "dt", "footer", "header", "li", "main", "section", "table", "td",
     "th", "tr"), 1
)  # fmt: skip
_PARAGRAPH = dict.fromkeys(("dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "ul"), 2)
_BREAKS = _LINE | _PARAGRAPH
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def plain_text_of(html: str) -> str:
    """Write what HTML shows: links with their targets, pictures by their alt texts, items of lists with a mark."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._breaks = 0
        self._space = ""
        # Elements that are open inside the hidden one, itself included.
        self._hidden: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._hidden or tag in _UNSEEN or _HIDDEN.search(given.get("style") or ""):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        self._break(_BREAKS.get(tag, 0))
        match tag:
            case "a":
                self._links.append((given.get("href") or "", len(self.pieces)))
            case "br":
                self._breaks += 1
                self._space = ""
            case "hr":
                self._break(1)
                self._write("---")
                self._break(1)
            case "img":
                self.handle_data(given.get("alt") or "")
            case "li":
                self._write("* ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(tag) :]
        elif tag == "a" and self._links:
            target, start = self._links.pop()
            words = "".join(self.pieces[start:]).strip()
            if target and not target.startswith("#") and words not in (target, target.removeprefix("mailto:")):
                self._write(f" <{target}>" if words else target)
        else:
            self._break(_BREAKS.get(tag, 0))

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        words = data.split()
        if data[:1].isspace():
            self._space = " "
        if words:
            self._write(" ".join(words))
            self._space = " " if data[-1].isspace() else ""

    def _break(self, lines: int) -> None:
        if lines:
            self._breaks = max(self._breaks, lines)
            self._space = ""

    def _write(self, text: str) -> None:
        if self._breaks:
            self.pieces.append("\n" * self._breaks if self.pieces else "")
            self._breaks = 0
        elif self._space:
            self.pieces.append(self._space)
        self._space = ""
        self.pieces.append(text)
