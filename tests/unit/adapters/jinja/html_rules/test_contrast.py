"""Text that is hard to read is found by day, by night, and where a mail program drops the style sheets."""

import pytest

from adapters.jinja.html_rules.contrast import faint_text
from adapters.jinja.html_rules.document import read_document

GREY = "color:#999999"
SHEETS = "<style>.night { background-color: #000000 } .day { color: #ffffff }</style>"
NIGHT = "<style>@media (prefers-color-scheme: dark) { .card { background: #111111 !important } %s }</style>"
HAS_NIGHT = '<meta name="color-scheme" content="light dark">'


def flaws(html: str) -> list[str]:
    return [flaw.what for flaw in faint_text(read_document(html))]


@pytest.mark.parametrize(
    "html",
    [
        "<p>black on white</p>",
        '<p style="color:#767676">4.54 to one is enough</p>',
        '<h1 style="color:#949494">large text needs 3 to one</h1>',
        '<p style="color:#949494;font-size:18.7px;font-weight:700">as does bold text of 14 pt</p>',
        '<table bgcolor="#14203f"><td style="color:#ffd9a8">on the table\'s</td></table>',
        '<table bgcolor="14203f"><td><font color="white">in the old way</font></td></table>',
        f'<p style="display:none;{GREY}">not seen</p>',
        f'<p style="font-size:0;{GREY}">not seen</p><p hidden style="{GREY}">nor this</p>',
        f'<p style="max-height:0px;overflow:hidden;{GREY}">nor this</p><p style="opacity:0;{GREY}">nor this</p>',
        f'<p style="visibility:hidden;{GREY}">nor this</p>',
        '<p style="color:var(--ink)">what cannot be told is not told</p>',
        '<p style="background:oklch(0.2 0 0);color:#fff">nor this</p>',
        '<td style="background:#14203f url(https://example.org/x.png) no-repeat;color:#fff">the colour counts</td>',
        '<div style="background-color:rgba(0,0,0,0.8);color:#fff">mixed with what is behind</div>',
        NIGHT % ".card { color: #ffffff }" + '<p class="card">black, and white by night</p>',
        f'{HAS_NIGHT}<p>browsers turn both around</p><a href="#x">and links</a>',
        "<style>@media print { p { color: #fff } } @media (max-width: 479px) { p { color: #fff } }</style><p>x",
        f'<title style="{GREY}">x</title><style>p {{ }}</style>',
    ],
)
def test_what_can_be_read_is_fine(html: str) -> None:
    assert flaws(html) == []


@pytest.mark.parametrize(
    ("html", "flaw"),
    [
        (f'<p style="{GREY}">Hello</p>', '"Hello" is #999999 on #ffffff: a contrast of 2.84'),
        (f'<h1 style="{GREY}">Hello</h1>', '"Hello" is #999999 on #ffffff: a contrast of 2.84'),
        (f'<td style="font-size:0"><p style="font-size:14px;{GREY}">Hello', '"Hello" is #999999 on #ffffff: a'),
        ('<p style="font-size:30;color:#949494">Hello', '"Hello" is #949494 on #ffffff: a contrast'),
        (f'<td style="max-height:0;{GREY}">Hello', '"Hello" is #999999 on #ffffff: a contrast'),
        ('<p style="color:#777777">Hello</p>', '"Hello" is #777777 on #ffffff: a contrast of 4.47'),
        ('<p style="color:#949494;font-size:18px;font-weight:700">Hello', '"Hello" is #949494 on #ffffff: a contrast'),
        (f'<img src="cid:x.png" alt="A map" style="{GREY}">', '"A map" is #999999 on #ffffff: a contrast of 2.84'),
        ('<body text="#fff"><p>Hello</p>', '"Hello" is #ffffff on #ffffff: a contrast of 1.00'),
        ('<td bgcolor="#14203f">Hello</td>', '"Hello" is #000000 on #14203f: a contrast of 1.30'),
        ('<td bgcolor="#14203f"><a href="#x">Hello</a></td>', '"Hello" is #0000ee on #14203f: a contrast of'),
        ('<p style="color:rgba(0,0,0,0.3)">Hello</p>', '"Hello" is #b2b2b2 on #ffffff: a contrast of'),
        (
            '<p style="background:linear-gradient(90deg,#fff 0%,rgba(20,32,63,1) 100%)">Hello</p>',
            '"Hello" is #000000 on #14203f: a contrast of 1.30',
        ),
        ("<style>p.faint, h2 { color: silver }</style><p class='a faint'>Hello", '"Hello" is #c0c0c0 on #ffffff: a'),
        ("<style>.box p { color: #fff }</style><div class=box><p>Hello", '"Hello" is #ffffff on #ffffff: a'),
        (
            f'{SHEETS}<div class="night"><p style="color:#ffffff">Hello</p></div>',
            '"Hello" is #ffffff on #ffffff where a mail program drops the style element: a contrast of 1.00',
        ),
        (NIGHT % "" + '<p class="card">Hello', '"Hello" is #000000 on #111111 in dark mode: a contrast of 1.11'),
        (f'{HAS_NIGHT}<p style="color:#222222">Hello</p>', '"Hello" is #222222 on #121212 in dark mode: a contrast'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_colours(html: str, flaw: str) -> None:
    (found,) = flaws(html)

    assert found.startswith(flaw)


def test_each_pair_of_colours_is_told_once() -> None:
    both = f'<p style="{GREY}">One</p><p style="{GREY}">Two</p><p style="color:#aaaaaa">Three</p>'

    assert [what[:5] for what in flaws(f"<style>p {{ margin: 0 }}</style>{both}")] == ['"One"', '"Thre']
