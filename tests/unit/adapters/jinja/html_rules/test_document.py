"""HTML becomes a tree as in a browser, also where tags were left out."""

import pytest

from adapters.jinja.html_rules.document import read_document


@pytest.mark.parametrize(
    ("html", "chain"),
    [
        ("<div><p>a<p>b<i>x", ["i", "p", "div", ""]),
        ("<table><tr><td>a<td>b<tr><th><i>x", ["i", "th", "tr", "table", ""]),
        ("<ul><li>a<li><i>x", ["i", "li", "ul", ""]),
        ("<td><table><tr><td><i>x", ["i", "td", "tr", "table", "td", ""]),
        ("<div><img><br/><i>x", ["i", "div", ""]),
        ("<div><b></div></p><i>x", ["i", ""]),
    ],
)
def test_elements_are_inside_of_what_a_browser_puts_them_into(html: str, chain: list[str]) -> None:
    *_, last = read_document(html).root.elements()

    assert [element.tag for element in last.chain()] == chain


def test_what_is_for_outlook_is_kept_apart() -> None:
    document = read_document("<!--[if mso]><b>x</b><![endif]--><!--[if !mso]><!--><i>y</i><!--<![endif]--><!-- <u> -->")

    assert [element.tag for element in document.root.elements()] == ["", "i"]
    assert [element.tag for element in document.everything()] == ["", "i", "", "b"]


def test_elements_without_end_are_no_trouble_however_many() -> None:
    elements = list(read_document("<div>" * 5_000 + "x").root.elements())

    assert len(elements) == 5_001
    assert max(len(list(element.chain())) for element in elements) < 300
    assert ["x"] in [element.children[-1:] for element in elements]
