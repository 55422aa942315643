"""The parts of a mail, nested no deeper than needed.

mixed
  alternative
    text/plain
    related
      text/html
      the files that the HTML shows
    text/calendar
  attachments
  the calendar entry once more, as a file

* The last alternative is the best one (RFC 2046 5.1.4); the calendar comes after the body that it goes with, as Outlook
  writes it (MS-OXCMAIL 2.1.3.3.8).
* Outlook looks for an invitation in the first part of a mixed one only, the rest is files (2007; MS-STANOICAL V0343).
* Some programs act upon the alternative, some only offer a file: hence both. Nodemailer's `icalEvent` makes this very
  tree, after Gmail's example (nodemailer.com/message/calendar-events).
* Images stand with the HTML that shows them (RFC 2387); whoever reads the text alone gets none.
"""

import re
import struct
from binascii import b2a_base64

from adapters.smtp.header_encoding import parameter
from domain.email_task import Attachment
from domain.outgoing_email import CalendarInvite, InlineFile, OutgoingEmail, RenderedEmail

_COLUMNS = 76
# Cuts many lines in one call, at a third of what slices cost.
_LINES = struct.Struct(f"{_COLUMNS}s" * 16)
# RFC 2045 5.1 without quoted strings (an atom is its token): type, subtype, and plain parameters such as a charset.
_ATOM = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+"
_CONTENT_TYPE = re.compile(rf"{_ATOM}/{_ATOM}(; ?{_ATOM}={_ATOM})*")
_UNKNOWN_TYPE = "application/octet-stream"
# A composite type would be parsed as a part of the mail and may not be base64 (RFC 2045 6.4).
_COMPOSITE = re.compile(r"(multipart|message)/", re.IGNORECASE)
# RFC 2392 2, of characters that are themselves in a header, in a URL and in HTML.
_CONTENT_ID = re.compile(r"[A-Za-z0-9._+@-]{1,60}")


def content(email: OutgoingEmail, boundary: str) -> bytes:
    """Write the content with its headers, which end those of the mail."""
    rendered = email.content
    alternatives = [_part("text/plain; charset=utf-8", rendered.text.encode()), _html(rendered, boundary)]
    files = [_file(file, "attachment") for file in email.attachments]
    if invite := rendered.invite:
        alternatives.append(_calendar(invite))
        files.append(_invite_file(invite))
    alternative = _multipart("alternative", f"alt-{boundary}", alternatives)
    return _multipart("mixed", f"mix-{boundary}", [alternative, *files]) if files else alternative


def fit(head: bytes) -> bytes:
    """Hold that the lines are fit for DATA; bodies are base64, so only heads could bring anything else.

    A leading dot would need stuffing (RFC 5321 4.5.2), a bare CR or LF is a second message to some relays
    (SMTP smuggling).
    """
    if b"\n." in head or not head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r"):
        raise ValueError("header is not fit for DATA")
    return head


def _html(rendered: RenderedEmail, boundary: str) -> bytes:
    html = _part("text/html; charset=utf-8", rendered.html.encode())
    if not rendered.inline:
        return html
    # RFC 2387 3.1: the type of the part that shows the others.
    return _multipart('related; type="text/html"', f"rel-{boundary}", [html, *map(_inline, rendered.inline)])


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    # Base64 has no "-", so a boundary can never stand in a part.
    delimiter = f"\r\n--{boundary}".encode()
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'.encode()
    return head + b"".join(delimiter + b"\r\n" + part for part in parts) + delimiter + b"--\r\n"


def _inline(file: InlineFile) -> bytes:
    if not _CONTENT_ID.fullmatch(file.cid):
        raise ValueError("cid is not fit for a Content-ID")
    return f"Content-ID: <{file.cid}>\r\n".encode() + _file(file, "inline")


def _calendar(invite: CalendarInvite) -> bytes:
    content_type = f"text/calendar; method={invite.method}; charset=utf-8"  # RFC 6047 2.4
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise ValueError("method is not fit for a header")
    return _part(content_type, invite.content)


def _invite_file(invite: CalendarInvite) -> bytes:
    # Not text/calendar once more: a reader that acts upon each such part would show the entry twice.
    return _part("application/ics", invite.content, f"attachment{parameter('filename', 'invite.ics')}")


def _file(file: Attachment | InlineFile, disposition: str) -> bytes:
    content_type = file.content_type
    if not _CONTENT_TYPE.fullmatch(content_type) or _COMPOSITE.match(content_type) or len(content_type) > _COLUMNS:
        content_type = _UNKNOWN_TYPE
    # A path or an invisible character (U+202E turns "exe.pdf" round) has no place in a file's name.
    filename = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in file.filename).strip()
    return _part(content_type, file.content, f"{disposition}{parameter('filename', filename or 'attachment')}")


def _part(content_type: str, content: bytes, disposition: str = "") -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition:
        head += f"Content-Disposition: {disposition}\r\n"
    # One call over all and cut after it: encodebytes goes line by line and takes five times as long.
    encoded = b2a_base64(content, newline=False)
    rest = len(encoded) // _LINES.size * _LINES.size
    lines: list[bytes] = []
    for cut in _LINES.iter_unpack(encoded[:rest]):
        lines += cut
    lines += [encoded[start : start + _COLUMNS] for start in range(rest, len(encoded), _COLUMNS)]
    return fit(head.encode()) + b"\r\n" + b"\r\n".join(lines)
