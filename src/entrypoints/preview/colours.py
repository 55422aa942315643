"""What a mail looks like in a browser's frame: its pictures inside, and the colours of one preference."""

import base64
import re

from domain.outgoing_email import RenderedEmail

_BY_PREFERENCE = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")
# A media feature that always holds, and one that never does.
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


def framed(content: RenderedEmail, *, dark: bool) -> str:
    """Return the HTML for a frame without a network; the mail itself shows its pictures by `cid:`, never by `data:`."""
    html = content.html
    for file in content.inline:
        picture = f"data:{file.content_type};base64,{base64.b64encode(file.content).decode()}"
        html = html.replace(f"cid:{file.cid}", picture)
    wanted = "dark" if dark else "light"
    return _BY_PREFERENCE.sub(lambda query: _ALWAYS if query[1] == wanted else _NEVER, html)
