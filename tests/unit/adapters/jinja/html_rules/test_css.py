"""CSS as mails write it, and which of its rules are for an element."""

import pytest

from adapters.jinja.html_rules.cascade import Cascade, Scheme
from adapters.jinja.html_rules.css import Declaration, StyleRule, declarations_of, rules_of, urls_in
from adapters.jinja.html_rules.document import read_document
from adapters.jinja.html_rules.selectors import parse_selector


def test_declarations_end_where_a_semicolon_stands_for_itself() -> None:
    text = "COLOR : Red;; background:url(data:a;b) ; font: 'a;b'!important; /* x: y; */ nonsense"

    assert declarations_of(text) == (
        Declaration("color", "red"),
        Declaration("background", "url(data:a;b)"),
        Declaration("font", "'a;b'", is_important=True),
    )


def test_rules_know_the_media_around_them() -> None:
    sheet = "@import 'x'; a, .b { x: y } @media (A) { c { x: y } @media (B) { d {x: y} } } @font-face { e: f } g { x: y"
    one = (Declaration("x", "y"),)

    assert list(rules_of(f"<!-- {sheet} -->")) == [
        StyleRule("a", one),
        StyleRule(".b", one),
        StyleRule("c", one, ("(a)",)),
        StyleRule("d", one, ("(a)", "(b)")),
        StyleRule("g", one),
    ]


def test_urls_are_found_in_and_out_of_quotes() -> None:
    assert list(urls_in("url(a) url('b c') URL( \"d\" )")) == ["a", "b c", "d"]


@pytest.mark.parametrize(
    ("selector", "is_for_it"),
    [
        ("p", True), ("*", True), ("P.a", True), (".a.b", True), ("#i", True), ("body .box p", True), ("div p", True),
        ("div", False), (".c", False), ("p.c", False), ("#j", False), ("p div", False), ("td p", False),
        (".box .box p", False),
    ],
)  # fmt: skip
def test_a_selector_is_for_some_elements(selector: str, is_for_it: bool) -> None:
    *_, paragraph = read_document('<body><div class="box"><p class="a b" id="i">x').root.elements()

    parsed = parse_selector(selector)

    assert parsed
    assert parsed.matches(paragraph) is is_for_it


@pytest.mark.parametrize("selector", ["", "a:hover", "[data-ogsc] p", "div > p", "p::before", ":root"])
def test_other_selectors_are_not_understood(selector: str) -> None:
    assert parse_selector(selector) is None


@pytest.mark.parametrize(
    ("sheet", "style", "colour"),
    [
        ("", "color: red", "red"),
        ("p { color: red }", "", "red"),
        ("p { color: red }", "color: blue", "blue"),
        ("p { color: red !important }", "color: blue", "red"),
        ("p { color: red !important }", "color: blue !important", "blue"),
        ("p { color: red } p { color: blue }", "", "blue"),
        (".a { color: red } p { color: blue }", "", "red"),
        ("@media screen { p { color: red } }", "", "red"),
        ("@media print { p { color: red } }", "", None),
        ("@media (min-width: 1px) { p { color: red } }", "", None),
        ("@media (prefers-color-scheme: dark) { p { color: red } }", "", None),
        ("@media (prefers-color-scheme: light) { p { color: red } }", "", "red"),
        ("@media print, screen and (prefers-color-scheme: light) { p { color: red } }", "", "red"),
    ],
)
def test_the_strongest_rule_holds(sheet: str, style: str, colour: str | None) -> None:
    document = read_document(f'<style>{sheet}</style><p class="a" style="{style}">x')
    *_, paragraph = document.root.elements()

    assert Cascade(document, Scheme.LIGHT).style_of(paragraph).get("color") == colour
