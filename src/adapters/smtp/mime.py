"""An email as bytes, ready to be sent: 7-bit lines, CRLF, no line that starts with a dot.

Lines have at most 76 columns, those of a long address or link excepted.
"""

import hashlib
import re
from email.utils import format_datetime

from adapters.smtp.header_encoding import mailbox, unstructured
from adapters.smtp.mime_parts import content, fit
from domain.outgoing_email import OutgoingEmail

# RFC 5322 3.6.4, as loosely as a header can bear it: no space, no bracket, one "@" somewhere inside.
_MESSAGE_ID = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")
# RFC 5646 2.1, as loosely as a header can bear it.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")


def compose(email: OutgoingEmail) -> bytes:
    """Write the whole message; the same email gives the same bytes.

    Raises ValueError for what only a defect of ours can bring: a Message-ID, Content-ID or method that is none, a stray
    line break.
    """
    if not _MESSAGE_ID.fullmatch(email.message_id):
        raise ValueError("message_id is not fit for a header")
    boundary = hashlib.sha256(email.message_id.encode()).hexdigest()[:32]
    return fit(b"\r\n".join(_headers(email))) + b"\r\n" + content(email, boundary) + b"\r\n"


def _headers(email: OutgoingEmail) -> list[bytes]:
    return [
        mailbox("From", email.from_name, str(email.mail_from)),
        mailbox("To", "", str(email.rcpt_to)),
        *_reply_to(email),
        unstructured("Subject", email.subject),
        f"Date: {format_datetime(email.date)}".encode(),
        f"Message-ID: <{email.message_id}>".encode(),
        *_idempotency(email),
        *_language(email),
        *_unsubscribe(email),
        # RFC 3834 5: no vacation notice comes back.
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
    ]


def _idempotency(email: OutgoingEmail) -> list[bytes]:
    if not email.idempotency_header:
        return []
    return [f"{email.idempotency_header}: {email.message_id.partition('@')[0]}".encode()]


def _reply_to(email: OutgoingEmail) -> list[bytes]:
    return [mailbox("Reply-To", "", str(email.reply_to))] if email.reply_to else []


def _language(email: OutgoingEmail) -> list[bytes]:
    """Name the language of all parts (RFC 3282); what is no tag is not known."""
    language = email.content.language
    return [f"Content-Language: {language}".encode()] if _LANGUAGE.fullmatch(language) else []


def _unsubscribe(email: OutgoingEmail) -> list[bytes]:
    if not email.list_unsubscribe:
        return []
    # RFC 8058 3.1: both, or the link is one for a person and takes a second click.
    link = f"List-Unsubscribe: <{email.list_unsubscribe}>"  # RFC 2369 2; never folded, some would read a space in it
    return [link.encode(), b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
