"""How events name a mail: by its key, its template and its recipient's domain, not by its recipient."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLabel:
    """Known as far as the message could be read; the rest is empty. `domain` is the recipient's."""

    key: str
    category: str = ""
    domain: str = ""
