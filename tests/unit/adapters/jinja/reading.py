"""Reads HTML as a browser would, as far as tests ask."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "meta"}
INLINE = {"a", "bdi", "span", "strong"}


@dataclass
class Reading:
    """`tags` are names with attributes in order, `text` is what can be read, `unbalanced` what was closed wrongly."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    unbalanced: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.reading = Reading()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.reading.tags.append((tag, dict(attrs)))
        if tag not in INLINE:
            self.reading.text += "\n"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.reading.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.reading.text += data


def read(html: str) -> Reading:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.reading.unbalanced += reader.open
    return reader.reading
