"""The text of a mail that has only HTML."""

from pathlib import Path

import pytest

from adapters.jinja.bundle import tidy
from adapters.jinja.plain_text import plain_text_of
from tests.unit.adapters.jinja.mails import MANIFEST, param, rendered, task, write
from tests.unit.adapters.jinja.reading import read


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>Ada</b>,\n  how  are you?</p><p>Fine.", "Hello Ada, how are you?\n\nFine."),
        ("<h1>Title</h1>text<div>one</div><div>two</div>", "Title\n\ntext\none\ntwo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<ul><li>one<li>two <em>three</em></ul>", "* one\n* two three"),
        ("<table><tr><td><table><tr><td>When<td>Today</table></td></tr></table>", "When\nToday"),
        ('<a href="https://example.org/a?b=1&amp;c=2">Visit us</a>.', "Visit us <https://example.org/a?b=1&c=2>."),
        ('<a href="https://example.org">https://example.org</a>', "https://example.org"),
        ('<a href="mailto:a@example.org">a@example.org</a>', "a@example.org"),
        ('<a href="#top">up</a>', "up"),
        ('<p>a<a href="https://example.org"><img src="cid:x.png"></a>', "ahttps://example.org"),
        ('<p><img src="cid:qr.png" alt="Code: T-1"> here', "Code: T-1 here"),
        ("above<hr>below", "above\n---\nbelow"),
        ("<head><title>x</title><style>p{}</style></head><body>shown<script>x<p></script>", "shown"),
        ('<div style="display: none">a<div>b<br><p>c</div></div>shown', "shown"),
        ('<span style="display:none"><img alt="x"></span><b>shown</b>', "shown"),
        ("<!--[if mso]><table><tr><td><![endif]-->shown<!-- x -->", "shown"),
        ("&lt;b&gt; &amp; 1&nbsp;&euro;", "<b> & 1 €"),
        ("</p></a></div>shown</td>", "shown"),
        ("", ""),
    ],
)
def test_html_reads_as_it_looks(html: str, text: str) -> None:
    assert tidy(plain_text_of(html)) == text


def test_the_words_of_the_confirmation_are_those_of_its_html_in_the_same_order() -> None:
    html = rendered(task()).html
    seen = read(html[html.index("<h1") :]).text.split()

    text = plain_text_of(html[html.index("<h1") :]).split()
    assert [word for word in text if word not in ("*", "---") and not word.startswith("<https:")] == seen


def test_a_category_without_a_text_sends_the_one_of_its_html(tmp_path: Path) -> None:
    write(tmp_path / "one", html="<h1>Hi {{ params.x }}</h1><p>Bye", text="", manifest=MANIFEST + param("x"))

    assert rendered(task(category="one", x="<b>\nAda &amp;"), tmp_path).text == "Hi <b> Ada &amp;\n\nBye"
