"""What a relay can never take, as it offers or as it says: the mail's own fault, not the relay's."""

from collections.abc import Mapping

from domain.failure_reason import FailureKind, FailureReason
from domain.outgoing_email import OutgoingEmail
from domain.reply import Reply

_TOO_BIG = FailureReason(FailureKind.TOO_BIG, "relay_size_limit")
_NO_SMTPUTF8 = FailureReason(FailureKind.SMTPUTF8_UNSUPPORTED)
# Refusals of MAIL that speak of the mail: its size (RFC 1870 6.1; RFC 3463 3.3 and 3.4), its addresses (RFC 6531 3.5).
_TOO_BIG_CODE, _TOO_BIG_STATUSES = 552, {"5.2.3", "5.3.4"}
_SMTPUTF8_STATUS = "5.6.7"


def what_is_lacking(email: OutgoingEmail, message: bytes, extensions: Mapping[str, str]) -> FailureReason | None:
    """Say why a relay with these extensions need not be asked."""
    if needs_smtputf8(email) and "smtputf8" not in extensions:
        return _NO_SMTPUTF8
    limit = extensions.get("size", "").strip()
    # RFC 1870 4: no number or 0 means no fixed limit.
    if limit.isdecimal() and 0 < int(limit) < len(message):
        return _TOO_BIG
    return None


def lack_told_by(reply: Reply) -> FailureReason | None:
    """Read a refusal of MAIL; None: it is about the relay or about us."""
    if reply.code == _TOO_BIG_CODE or reply.enhanced_code in _TOO_BIG_STATUSES:
        return _TOO_BIG
    return _NO_SMTPUTF8 if reply.enhanced_code == _SMTPUTF8_STATUS else None


def needs_smtputf8(email: OutgoingEmail) -> bool:
    """Whether an address of envelope or header has a local part beyond ASCII (RFC 6531 3.4: both need it)."""
    addresses = (email.rcpt_to, email.mail_from, email.reply_to)
    return any(address.needs_smtputf8 for address in addresses if address)
