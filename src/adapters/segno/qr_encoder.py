"""QR codes through segno, with a PNG writer of our own."""

import segno

from adapters.segno.png import one_bit_png
from application.ports.qr_encoder import MAX_QR_CHARACTERS, QR_CSS_PX, QrEncoder

# On a screen nothing is torn or dirty, but there are reflections, cracks and fingerprints: 15 % may be unreadable. A
# higher level would make the modules of the same picture smaller; segno takes it by itself where it does not
# (`boost_error`).
_ERROR_LEVEL = "m"
# The standard's search for the mask with the fewest odd patterns takes 80 % of the time (2.6 of 3.2 ms for 40
# characters). A reader is told the mask and takes any; on average this one comes closest to the search's result.
_MASK = 3
# ISO/IEC 18004 wants four on all sides. The picture brings its own, as the page around it may be dark.
_QUIET_MODULES = 4
_DENSITY = 2


class SegnoQrEncoder(QrEncoder):
    """Modules are whole CSS pixels, so that edges are sharp on screens of single and double density."""

    def png(self, text: str) -> bytes:
        if not 0 < len(text) <= MAX_QR_CHARACTERS:
            raise ValueError(f"a QR code holds 1 to {MAX_QR_CHARACTERS} characters")
        # UTF-8 goes unannounced: many readers do not know ECI (segno's documentation of `eci`), but guess UTF-8 by its
        # form. Byte mode is forced: segno takes the bytes of some texts for Shift JIS, and they read as another text.
        mode, encoding = (None, None) if text.isascii() else ("byte", "utf-8")
        code = segno.make_qr(text, error=_ERROR_LEVEL, mask=_MASK, mode=mode, encoding=encoding)
        size = len(code.matrix)
        module_px = QR_CSS_PX // (size + 2 * _QUIET_MODULES)
        margin_px = QR_CSS_PX - module_px * size
        return one_bit_png(
            code.matrix,
            scale=module_px * _DENSITY,
            before=margin_px // 2 * _DENSITY,
            after=(margin_px - margin_px // 2) * _DENSITY,
        )
