"""The mail of each shipped bundle in each of its languages, byte for byte, of its samples.

A change of a template, of the MIME writer or of the calendar writer shows here. The QR code is not drawn but written
as its text: zlib of another version may make other bytes of the same picture.
"""

from pathlib import Path

from adapters.smtp.mime import compose
from tests.doubles.parts import NamedQr
from tests.unit.adapters.jinja.shipped import Shipped

FOLDER = Path(__file__).parent


def path_of(shipped: Shipped) -> Path:
    """Name the file that keeps a mail."""
    return FOLDER / f"{shipped}.eml"


def message_of(shipped: Shipped) -> bytes:
    """Make the mail anew."""
    return compose(shipped.mail(shipped.task({}), qr=NamedQr()))
