"""Pictures that lie beside the templates and travel with the mails that show them."""

import re
from collections.abc import Mapping
from pathlib import PurePath

from application.ports.email_renderer import QR_FILE
from domain.outgoing_email import InlineFile

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"}
# What may stand in a Content-ID (InlineFile).
_NAME = re.compile(r"[A-Za-z0-9._+@-]{1,60}")
_SHOWN = re.compile(r"""\bcid:([^"'\s<>]*)""")


def is_usable_name(name: str) -> bool:
    """Whether a picture can have it; the QR code has its own."""
    return _NAME.fullmatch(name) is not None and name != QR_FILE


def as_inline_files(pictures: Mapping[str, bytes]) -> tuple[InlineFile, ...]:
    """Make them ready to travel."""
    return tuple(
        InlineFile(cid=name, filename=name, content_type=TYPES[PurePath(name).suffix], content=content)
        for name, content in pictures.items()
    )


def shown_in(html: str) -> set[str]:
    """Name the pictures that HTML refers to."""
    return set(_SHOWN.findall(html))
