"""A screen reader is told the language, and which way it runs."""

import pytest

from adapters.jinja.html_rules.document import read_document
from adapters.jinja.html_rules.language import untold_language


def flaws(html: str, language: str) -> list[str]:
    return [flaw.what for flaw in untold_language(read_document(html), language)]


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="en"><title>x</title><p>Hello</p></html>', "en"),
        ('<html lang="PT-br"><p>Ola</p></html>', "pt-BR"),
        ('<p lang="en">Hello</p>', "en"),
        ('<html lang="ar" dir="rtl"><p>x</p></html>', "ar"),
        ('<html lang="en"><p>Welcome, <i lang="fr">mes amis</i></p>', "en"),
        ("<title>Hello</title><style>p {}</style> ", "en"),
    ],
)
def test_what_is_told_is_fine(html: str, language: str) -> None:
    assert flaws(html, language) == []


@pytest.mark.parametrize(
    ("html", "language", "flaw"),
    [
        ("<p>Hello</p><p>there</p>", "en", 'does not say the language of "Hello"'),
        ('<html lang=""><p>Hello</p>', "en", 'does not say the language of "Hello"'),
        ('<p lang="en">Hello</p><p>there</p>', "en", 'does not say the language of "there"'),
        ('<html lang="en" dir="rtl"><p>Hello</p>', "ar", "says that it is in en, and it is the body for ar"),
        ('<html lang="ar"><p>Hello</p>', "ar", 'does not say which way "Hello" runs'),
    ],
)
def test_what_is_not_is_told(html: str, language: str, flaw: str) -> None:
    assert flaws(html, language) == [flaw]
