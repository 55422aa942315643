"""How events name a mail: by its key, its template and its recipient's domain, not by its recipient."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLabel:
    """Known as far as the message could be read; the rest is empty.

    `domain` is the recipient's, `wanted_at` when the producer wanted the mail sent.
    """

    key: str
    category: str = ""
    domain: str = ""
    wanted_at: datetime | None = None
