"""Every shipped mail fits and can be read in a real browser, whatever is filled in."""

import pytest

from domain.email_task import Ticket
from tests.integration.templates.browser import Page
from tests.integration.templates.screenshots import with_pictures
from tests.unit.adapters.jinja import shipped_mails as mails

CASES = pytest.mark.parametrize("case", mails.MAKERS)
MAILS = pytest.mark.parametrize(("category", "language"), mails.all_mails())

# What each line of text and each picture sticks out of: the window, or a box around it that hides the rest.
OVERFLOWS = """
(() => {
  const found = [];
  const check = (box, element, what) => {
    if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push([what, 'window']);
    for (let around = element; around; around = around.parentElement) {
      if (getComputedStyle(around).overflow === 'visible') continue;
      const edge = around.getBoundingClientRect();
      if (box.left < edge.left - 0.5 || box.right > edge.right + 0.5 || box.top < edge.top - 0.5
          || box.bottom > edge.bottom + 0.5) found.push([what, around.className]);
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) check(box, walker.currentNode.parentElement, walker.currentNode.data);
  }
  for (const image of document.images) check(image.getBoundingClientRect(), image.parentElement, image.alt);
  if (document.documentElement.scrollWidth > innerWidth) found.push(['scrolls', document.documentElement.scrollWidth]);
  return found;
})()
"""
# WCAG 2.2, 1.4.3: the contrast of every piece of text with the nearest background colour, as [text, ratio].
CONTRASTS = """
(() => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const luminance = color => {
    const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = channels(color).map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = element => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? background(element.parentElement) : color;
  };
  const found = [];
  const measure = (text, element) => {
    const pair = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => b - a);
    found.push([text, (pair[0] + 0.05) / (pair[1] + 0.05)]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (text && element.checkVisibility()) measure(text, element);
  }
  for (const image of document.images) measure(image.alt, image);
  return found;
})()
"""
# Where the first and the last letter of the code are, and the side where a paragraph begins.
CODE_EDGES = """
(() => {
  const text = document.querySelector('bdi[dir=ltr]').firstChild;
  const left = at => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  return [...text.data].map((_, at) => left(at));
})()
"""
STARTS = (
    "[...document.querySelectorAll('h1, h2')].map(e => getComputedStyle(e).textAlign + getComputedStyle(e).direction)"
)
IMAGES = (
    "[...document.images].map(i => [i.getAttribute('src'), i.alt.trim(), i.getAttribute('width'), i.width, i.height])"
)


def html_for(case: str, category: str, language: str) -> str:
    return mails.html_of(mails.MAKERS[case](category, language), mails.event_for(case))


@MAILS
@CASES
@pytest.mark.parametrize("width", [320, 360, 700])
def test_nothing_is_cut_off_and_nothing_scrolls_sideways(
    page: Page, category: str, language: str, case: str, width: int
) -> None:
    page.show(html_for(case, category, language), width=width, dark=False)

    assert page.evaluate(OVERFLOWS) == []


@MAILS
@CASES
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(page: Page, category: str, language: str, case: str, dark: bool) -> None:
    page.show(html_for(case, category, language), width=700, dark=dark)

    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) >= 4
    assert [pair for pair in contrasts if pair[1] < 4.5] == []


@MAILS
def test_dark_mode_is_a_design_of_its_own(page: Page, category: str, language: str) -> None:
    """A reader who prefers dark colours gets a dark page by our media query, not by the browser's inversion."""
    backgrounds = []
    for dark in (False, True):
        page.show(html_for("typical", category, language), width=700, dark=dark)
        backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert backgrounds == ["rgb(239, 236, 230)", "rgb(10, 15, 30)"]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 700])
def test_the_qr_code_is_shown_sharp_with_words_for_those_who_do_not_see_it(
    page: Page, language: str, width: int
) -> None:
    """Its modules are whole pixels at 300 by 300 only."""
    task = mails.typical("Attendee_Ticket", language)
    page.show(with_pictures(mails.html_of(task), "TKF-7Q4M-92XA"), width=width, dark=True)

    [(source, alt, attribute, shown_width, shown_height)] = page.evaluate(IMAGES)
    assert source.startswith("data:image/png;base64,")
    assert (attribute, shown_width, shown_height) == ("300", 300, 300)
    assert "QR" in alt


def test_arabic_runs_from_right_to_left_and_the_code_does_not(page: Page) -> None:
    task = mails.least("Attendee_Ticket", "ar")
    assert isinstance(task.ticket, Ticket)
    page.show(mails.html_of(task), width=360, dark=False)

    assert set(page.evaluate(STARTS)) == {"startrtl"}
    edges = page.evaluate(CODE_EDGES)
    assert len(edges) == len(task.ticket.code)
    assert edges == sorted(edges)
