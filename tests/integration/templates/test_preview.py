"""`takeoff-mailer templates preview` in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.templates.browser import Page
from tests.integration.templates.preview_process import previewing

MANIFEST = 'description = "Mine."\n[params.note]\ntype = "text"\nrequired = true\nsample = "a note"\n'
# What the frames show, as [width, text]; they run nothing, so it is read from what they were given.
FRAMES = """[...document.querySelectorAll('iframe')].map(frame => [
    frame.width, new DOMParser().parseFromString(frame.srcdoc, 'text/html').body.textContent])"""


def write_body(folder: Path, html: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "template.toml").write_text(MANIFEST)
    (folder / "body.html.j2").write_text(f'<html lang="{{{{ lang }}}}"><body>{html}</body></html>')


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of a category that stands first in the list."""
    folder = tmp_path / "templates" / "A_Note"
    folder.parent.mkdir()
    write_body(folder, "<p>one: {{ params.note }}</p>")
    return folder


@pytest.fixture
def url(own: Path) -> Iterator[str]:
    with previewing(own.parent) as url:
        yield url


def shows(text: str) -> str:
    """An expression that is true when all frames show this."""
    return f"(f => f.length > 0 && f.every(([, text]) => text.includes({json.dumps(text)})))({FRAMES})"


def test_a_mail_is_shown_edited_and_read_again_when_its_file_changes(page: Page, url: str, own: Path) -> None:
    page.visit(url, width=1700, height=1000)
    page.wait_for(shows("one: a note"))
    assert [width for width, _ in page.evaluate(FRAMES)] == ["360", "360", "700", "700"]
    assert page.evaluate("[...document.querySelectorAll('iframe')].every(frame => frame.sandbox.length === 0)")

    page.evaluate("""(box => { box.value = box.value.replace('a note', '<i>mine</i>');
                     box.dispatchEvent(new Event('input')); })(document.getElementById('task'))""")
    page.wait_for(shows("one: <i>mine</i>"))

    write_body(own, "<p>two: {{ params.note }}</p>")
    page.wait_for(shows("two: <i>mine</i>"))

    write_body(own, "<p>{{ params.note </p>")
    page.wait_for("document.getElementById('problems').textContent.includes('A_Note/body.html.j2')")
    write_body(own, "<p>three: {{ params.note }}</p>")
    page.wait_for("document.getElementById('problems').hidden")


def test_every_category_and_language_and_view_can_be_reached(page: Page, url: str) -> None:
    page.visit(url, width=1700, height=1000)
    page.wait_for(shows("one: a note"))
    page.evaluate("[...document.querySelectorAll('#categories button')].find(b => b.textContent === 'ar').click()")
    page.wait_for("document.querySelector('iframe')?.srcdoc.includes('dir=\"rtl\"')")
    for view, content in (("plain", "TKT-4711-2026"), ("raw", "Content-Type: multipart/")):
        page.evaluate(f"[...document.querySelectorAll('#views button')].find(b => b.textContent === '{view}').click()")
        page.wait_for(f"document.querySelector('#mail pre')?.textContent.includes('{content}')")
