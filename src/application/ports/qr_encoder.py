"""Draws a code that a door scans."""

from abc import abstractmethod
from typing import Protocol

# The display size of every picture, in CSS pixels; it has twice as many pixels, for screens of that density.
QR_CSS_PX = 300
# More would make modules too small to be scanned off a phone's screen.
MAX_QR_CHARACTERS = 200


class QrEncoder(Protocol):
    """Makes QR codes (ISO/IEC 18004) to be scanned off a phone's screen."""

    @abstractmethod
    def png(self, text: str) -> bytes:
        """Draw `text` as a PNG to be shown at QR_CSS_PX by QR_CSS_PX; the same text gives the same bytes.

        ASCII scans as it is, other text as UTF-8. Raises ValueError where there is no text, or more than
        MAX_QR_CHARACTERS.
        """
