"""`make pictures`: the pictures in docs/images, of the mails and of the preview that authors see them in."""

import base64
import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image

from adapters.jinja.template_library import JinjaTemplateLibrary
from adapters.segno.qr_encoder import SegnoQrEncoder
from tests.integration.templates.browser import Page, chromium, find_chromium
from tests.integration.templates.preview_process import previewing
from tests.unit.adapters.jinja.shipped_mails import all_mails, html_of, typical

DOCS = Path(__file__).parents[3] / "docs"
IMAGES = DOCS / "images"
# A phone and a desk, by day and by night.
SHOTS = [(width, scheme) for width in (360, 700) for scheme in ("light", "dark")]
# Chooses a category in its first language, and counts the frames that have their mails from then on.
CHOOSE = """window.loaded === undefined && document.addEventListener('load', () => window.loaded++, true);
    window.loaded = 0;
    [...document.querySelectorAll('#categories li')].find(row => row.firstChild.textContent === '{0}')
    .querySelector('button').click()"""
SHOWS_CHOSEN = "document.getElementById('task').value.includes('{0}') && window.loaded >= 4"


def with_pictures(html: str, code: str) -> str:
    """Put the QR code where a mail program would."""
    picture = base64.b64encode(SegnoQrEncoder().png(code)).decode()
    return html.replace("cid:qr.png", f"data:image/png;base64,{picture}")


def main() -> None:
    """Write all of them."""
    executable = find_chromium()
    if not executable:
        sys.exit("no Chromium found: apt-get install chromium")
    with chromium(executable) as page:
        take_mails(page)
    with chromium(executable) as page:
        take_preview(page)


def take_mails(page: Page) -> None:
    """Take every category in every language."""
    for category, language in all_mails():
        task = typical(category, language)
        html = with_pictures(html_of(task), task.ticket.code if task.ticket else "")
        for width, scheme in SHOTS:
            page.show(html, width=width, dark=scheme == "dark")
            name = f"{category.lower().replace('_', '-')}-{language}-{width}-{scheme}.png"
            (IMAGES / "templates" / name).write_bytes(_smaller(page.screenshot()))


def take_preview(page: Page) -> None:
    """Take a ticket that is fine, and the bundle of docs/templates.md that is not."""
    faulty = re.search(r"```html\n(.*?)```", (DOCS / "templates.md").read_text(encoding="utf-8"), re.DOTALL)
    assert faulty
    with tempfile.TemporaryDirectory() as folder:
        library = JinjaTemplateLibrary(templates_dir=None)
        library.create("Meeting_Invitation", Path(folder))
        with previewing(Path(folder)) as url:
            page.visit(url, width=1700, height=1000)
            page.wait_for("document.querySelectorAll('iframe').length > 3")
            _take_category(page, "Attendee_Ticket", "preview.png")
            (Path(folder) / "Meeting_Invitation" / "body.html.j2").write_text(faulty[1], encoding="utf-8")
            page.wait_for("!document.getElementById('problems').hidden")
            _take_category(page, "Meeting_Invitation", "preview-problems.png")


def _take_category(page: Page, category: str, name: str) -> None:
    page.evaluate(CHOOSE.format(category))
    page.wait_for(SHOWS_CHOSEN.format(category))
    (IMAGES / name).write_bytes(_smaller(page.screenshot(), scale=0.8))


def _smaller(png: bytes, *, scale: float = 1) -> bytes:
    """256 colours are enough to see a layout, at a third of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(written, "png", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
