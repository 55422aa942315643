"""Where links lead, and where pictures come from."""

import re
from collections.abc import Iterator

from adapters.jinja.html_rules.css import urls_in
from adapters.jinja.html_rules.document import Document, Element
from adapters.jinja.html_rules.flaw import Flaw, short

_LINKS = ("href", "action", "xlink:href")
_LOADED = ("src", "background", "poster")
_LEADS = ("https://", "mailto:", "tel:", "sms:", "#")
_COMES = ("https://", "cid:")
_HTTP = re.compile(r"\bhttp://[^\s<>\"]*", re.IGNORECASE)
_WHOLE = "write its whole https address"
_AS_FILE = "put the file into the folder and show it by cid:"


def unsafe_urls(document: Document) -> Iterator[Flaw]:
    """Find `data:` URIs, which many mail programs do not show, and what goes over an unencrypted or no connection."""
    for element in document.everything():
        for name in _LINKS:
            if name in element.attrs:
                yield from _unsafe_link(element.attrs[name])
        for url in _loaded_by(element):
            yield from _unsafe_source(url)


def unsafe_text_links(text: str) -> Iterator[Flaw]:
    """Find the links of a plain text that are not https."""
    for url in _HTTP.findall(text):
        yield Flaw(f"links to {short(url)}, which is not https", _WHOLE)


def _loaded_by(element: Element) -> Iterator[str]:
    for name in _LOADED:
        if name in element.attrs:
            yield element.attrs[name]
    # Candidates stand between commas that a space follows: a URL may hold others.
    for candidate in re.split(r",\s+", element.attrs.get("srcset", "")):
        if candidate.strip():
            yield candidate.split()[0]
    yield from urls_in(element.attrs.get("style", ""))
    if element.tag == "style":
        yield from urls_in("".join(child for child in element.children if isinstance(child, str)))


def _unsafe_link(target: str) -> Iterator[Flaw]:
    url = target.strip().lower()
    if not url:
        yield Flaw("has a link that leads nowhere", "leave it out by {% if %} where there is no URL for it")
    elif url.startswith("data:"):
        yield Flaw(f"links to {short(target)}", "link to an https address: mail programs open no data: URI")
    elif not url.startswith(_LEADS):
        yield Flaw(f"links to {short(target)}, which is not https", _WHOLE)


def _unsafe_source(source: str) -> Iterator[Flaw]:
    url = source.strip().lower()
    if not url:
        yield Flaw("shows a picture from nowhere", _AS_FILE)
    elif url.startswith("data:"):
        yield Flaw(f"shows {short(source)}, and Gmail and Outlook drop data: URIs", _AS_FILE)
    elif not url.startswith(_COMES):
        yield Flaw(f"loads {short(source)}, which is neither https nor cid:", _AS_FILE)
