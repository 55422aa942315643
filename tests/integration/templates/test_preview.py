"""`takeoff-mailer templates preview` in a real browser."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.templates.browser import Page

_STOP_S = 10
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
def url(own: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a preview that runs as a process of its own, and ends by Ctrl-C without an error."""
    command = [str(Path(sys.executable).parent / "takeoff-mailer"), "templates", "preview", "--port", "0"]
    command += ["--dir", str(own.parent)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split(" ")[0]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=_STOP_S)
            assert (process.returncode, errors) == (0, "")
        finally:
            process.kill()


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
