"""The language that a screen reader is told, and the way that it runs."""

from collections.abc import Iterator

from adapters.jinja.html_rules.document import Document, Element
from adapters.jinja.html_rules.flaw import Flaw, short
from adapters.jinja.languages import direction

_UNREAD = frozenset({"head", "script", "style", "template", "title"})
_REMEDY = 'begin with <html lang="{{ lang }}" dir="{{ dir }}">'


def untold_language(document: Document, language: str) -> Iterator[Flaw]:
    """Find the first words whose language is not said (WCAG 2.2, 3.1.1), and those that run the wrong way."""
    for element in document.root.elements():
        words = "".join(child for child in element.children if isinstance(child, str)).strip()
        if not words or any(around.tag in _UNREAD for around in element.chain()):
            continue
        if not _nearest(element, "lang"):
            yield Flaw(f'does not say the language of "{short(words)}"', _REMEDY)
            break
        if direction(language) == "rtl" and not _nearest(element, "dir"):
            yield Flaw(f'does not say which way "{short(words)}" runs', _REMEDY)
            break
    for element in document.root.elements():
        told = element.attrs.get("lang", "")
        if element.tag == "html" and told and told.lower() != language.lower():
            yield Flaw(f"says that it is in {short(told)}, and it is the body for {language}", _REMEDY)


def _nearest(element: Element, name: str) -> str:
    return next((value for around in element.chain() if (value := around.attrs.get(name, "").strip())), "")
