"""Words in place of pictures, for those who do not see them."""

from collections.abc import Iterator

from adapters.jinja.html_rules.document import Document
from adapters.jinja.html_rules.flaw import Flaw, short


def missing_alternatives(document: Document) -> Iterator[Flaw]:
    """Find pictures without `alt`; an empty one says that the picture only decorates (WCAG 2.2, 1.1.1)."""
    for element in document.everything():
        is_picture = element.tag in ("img", "area") or (element.tag == "input" and element.attrs.get("type") == "image")
        if is_picture and "alt" not in element.attrs:
            name = short(element.attrs.get("src") or element.attrs.get("href") or element.tag)
            remedy = 'write alt="what it says", or alt="" where it only decorates'
            yield Flaw(f"shows {name} without an alt text", remedy)
