"""Takes the pictures in docs/images: `python -m tests.integration.templates.screenshots` in the project's root."""

import base64
import io
import sys
from pathlib import Path

from PIL import Image

from adapters.segno.qr_encoder import SegnoQrEncoder
from tests.integration.templates.browser import chromium, find_chromium
from tests.unit.adapters.jinja.shipped_mails import all_mails, html_of, typical

IMAGES = Path(__file__).parents[3] / "docs" / "images" / "templates"
# Two of a mail show most: what a phone shows by day, and a desk by night.
SHOTS = ((360, "light"), (700, "dark"))


def with_pictures(html: str, code: str) -> str:
    """Put the QR code where a mail program would."""
    picture = base64.b64encode(SegnoQrEncoder().png(code)).decode()
    return html.replace("cid:qr.png", f"data:image/png;base64,{picture}")


def main() -> None:
    """Write the pictures of every category in every language."""
    executable = find_chromium()
    if not executable:
        sys.exit("no Chromium found: apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with chromium(executable) as page:
        for category, language in all_mails():
            task = typical(category, language)
            html = with_pictures(html_of(task), task.ticket.code if task.ticket else "")
            for width, scheme in SHOTS:
                page.show(html, width=width, dark=scheme == "dark")
                name = f"{category.lower().replace('_', '-')}-{language}-{width}-{scheme}.png"
                (IMAGES / name).write_bytes(_smaller(page.screenshot()))


def _smaller(png: bytes) -> bytes:
    """256 colours are enough to see a layout, at a third of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    written = io.BytesIO()
    picture.quantize(256, method=Image.Quantize.MAXCOVERAGE).save(written, "png", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
