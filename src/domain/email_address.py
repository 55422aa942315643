"""An address that is exactly one mailbox; header and envelope both come from it."""

import re
from dataclasses import dataclass

# RFC 5321 4.5.3.1: 64 octets for the local part, 254 for a path that fits into <> of 256.
_MAX_LOCAL_BYTES = 64
_MAX_ADDRESS_BYTES = 254
# RFC 5322 3.2.3 dot-atom; RFC 6531 3.3 adds every non-ASCII character, from which C1 and separators are taken out.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\U0010ffff]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 1123 2.1: the last label is alphabetic (or an A-label), which tells a name from an IPv4 address.
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?=[A-Za-z]){_LABEL}")


@dataclass(frozen=True, slots=True)
class BadAddress:
    """A recipient that is refused; `why` is fit for a log line: it never holds a part of the address."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    """One mailbox: `local` as its owner writes it, `domain` in ASCII (A-labels).

    Raises ValueError where the parts are not one dot-atom and one fully qualified domain: quoted local
    parts, address literals, comments and lists have no form here (docs/specifications.md).
    """

    local: str
    domain: str

    def __post_init__(self) -> None:
        if not _LOCAL.fullmatch(self.local) or not self.local.isprintable():
            raise ValueError("local part is not a dot-atom")
        if len(self.local.encode()) > _MAX_LOCAL_BYTES:
            raise ValueError("local part is longer than 64 bytes")
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError("domain is not a fully qualified name in ASCII")
        if len(str(self).encode()) > _MAX_ADDRESS_BYTES:
            raise ValueError("address is longer than 254 bytes")

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a relay with SMTPUTF8 (RFC 6531) can take this address."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"
