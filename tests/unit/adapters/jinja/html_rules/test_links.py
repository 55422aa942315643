"""Links lead to https, pictures come with the mail."""

import pytest

from adapters.jinja.html_rules.document import read_document
from adapters.jinja.html_rules.links import unsafe_text_links, unsafe_urls

NEITHER = ", which is neither https nor cid:"
DROPPED = ", and Gmail and Outlook drop data: URIs"


def flaws(html: str) -> list[str]:
    return [flaw.what for flaw in unsafe_urls(read_document(html))]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org">x</a>', '<a href=" HTTPS://example.org ">x</a>',
        '<a href="mailto:a@example.org">x',
        '<a href="tel:+4930">x</a>', '<a href="#top">x</a>', '<a name="top">x</a>', '<img src="cid:x.png">',
        '<img src="https://example.org/x.png" srcset="https://example.org/x,y.png 2x, https://example.org/z.png">',
        '<td style="background:url(cid:x.png)">', "<p>data: http://example.org is text</p>", "<!-- data:x http://x -->",
    ],
)  # fmt: skip
def test_what_is_safe_is_fine(html: str) -> None:
    assert flaws(html) == []


@pytest.mark.parametrize(
    ("html", "flaw"),
    [
        ('<a href="http://example.org">x</a>', "links to http://example.org, which is not https"),
        ('<a href="/tickets">x</a>', "links to /tickets, which is not https"),
        ('<a href="javascript:x()">x</a>', "links to javascript:x(), which is not https"),
        ('<a href=" ">x</a>', "has a link that leads nowhere"),
        ('<a href="DATA:text/html,x">x</a>', "links to DATA:text/html,x"),
        ('<form action="http://example.org">', "links to http://example.org, which is not https"),
        ('<img src="data:image/png;base64,AA==">', f"shows data:image/png;base64,AA=={DROPPED}"),
        ('<img src="">', "shows a picture from nowhere"),
        ('<img src="logo.png">', f"loads logo.png{NEITHER}"),
        ('<img src="cid:x" srcset="cid:x, http://example.org/x 2x">', f"loads http://example.org/x{NEITHER}"),
        ('<td background="http://example.org/x.png">', f"loads http://example.org/x.png{NEITHER}"),
        ("<td style=\"background:url('data:image/gif;base64,R0')\">", f"shows data:image/gif;base64,R0{DROPPED}"),
        ("<style>p { background: url(http://example.org/x) }</style>", f"loads http://example.org/x{NEITHER}"),
        ('<!--[if mso]><v:fill src="http://example.org/x"><![endif]-->', f"loads http://example.org/x{NEITHER}"),
    ],
)
def test_what_is_not_is_told(html: str, flaw: str) -> None:
    assert flaws(html) == [flaw]


def test_links_of_a_plain_text_are_https_too() -> None:
    text = "See https://example.org or http://example.org/x.\nhttps://example.org/?u=http://x"

    assert [flaw.what for flaw in unsafe_text_links(text)] == [
        "links to http://example.org/x., which is not https",
        "links to http://x, which is not https",
    ]
