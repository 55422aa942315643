"""A mail ready to be handed to a transport: the envelope, the headers that vary, and the content."""

import re
from dataclasses import dataclass
from datetime import datetime

from domain.email_address import EmailAddress
from domain.email_task import Attachment

# RFC 3986, the plain part of it: a host by name, a path, a query; no user, no fragment. A header cannot fold it, and
# its line has at most 998 octets (RFC 5322 2.1.1).
_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HTTPS_URL = re.compile(
    rf"https://{_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?(?:/(?:{_CHARACTER})*)?(?:\?(?:{_CHARACTER}|\?)*)?"
)
_MAX_URL = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineFile:
    """A file that the HTML shows where it says `cid:` and this name (RFC 2392): 1 to 60 letters, digits or `._+@-`."""

    cid: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarInvite:
    """An iCalendar object that a reader's calendar acts upon; `method` is the one it names itself (RFC 5546 1.4)."""

    method: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEmail:
    """The two bodies of a mail, never empty, and what belongs to them; `language` is BCP 47, or empty if not known."""

    html: str
    text: str
    language: str = ""
    inline: tuple[InlineFile, ...] = ()
    invite: CalendarInvite | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEmail:
    """One mail to one recipient; `date` is aware; `message_id` comes without its angle brackets.

    Raises ValueError where `list_unsubscribe` is neither empty nor fit for a header (`is_plain_https_url`).
    """

    mail_from: EmailAddress
    from_name: str
    rcpt_to: EmailAddress
    subject: str
    message_id: str
    date: datetime
    content: RenderedEmail
    attachments: tuple[Attachment, ...] = ()
    # The name of a header by which this relay recognises a mail it has had; its value is the Message-ID's local part.
    idempotency_header: str = ""
    reply_to: EmailAddress | None = None
    # Where one POST ends the subscription (RFC 8058).
    list_unsubscribe: str = ""

    def __post_init__(self) -> None:
        if self.list_unsubscribe and not is_plain_https_url(self.list_unsubscribe):
            raise ValueError("list_unsubscribe is not a plain https URL")


def is_plain_https_url(text: str) -> bool:
    """Whether `text` is an https URL in ASCII that needs no quoting anywhere in a mail, of at most 900 characters."""
    return len(text) <= _MAX_URL and _HTTPS_URL.fullmatch(text) is not None
