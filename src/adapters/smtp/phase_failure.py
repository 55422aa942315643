"""What ends a phase: our own verdict, or a library's exception translated into a short constant."""

import socket
import ssl

from aiosmtplib import SMTPException, SMTPResponseException

from domain.reply import Reply

# RFC 5321 3.8: the relay is about to end the session, whatever the command was.
SERVICE_CLOSING = 421
AUTH_REFUSED = "auth_refused"

# OpenSSL's x509_vfy.h: the codes that an operator can act on.
_VERIFY_CAUSES = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_unknown_ca",  # the certificate is its own issuer
    19: "tls_unknown_ca",  # its root is not among ours
    20: "tls_unknown_ca",  # its issuer is missing
    21: "tls_unknown_ca",
    62: "tls_wrong_name",
    64: "tls_wrong_name",  # an IP address
}


class PhaseFailed(Exception):
    """The dialogue cannot go on; `cause` is a constant, `reply` the relay's word if that is the reason."""

    def __init__(self, cause: str, reply: Reply | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.reply = reply


# Everything that the network or the relay can do to us; anything else is a defect of ours. UnicodeError is
# what a host name that IDNA cannot encode raises, before any look-up.
FAILURES = (PhaseFailed, SMTPException, OSError, UnicodeError)


def translate(error: Exception) -> PhaseFailed:
    """Name the cause of one of FAILURES."""
    match error:
        case PhaseFailed():
            return error
        case ssl.SSLCertVerificationError():
            return PhaseFailed(_VERIFY_CAUSES.get(error.verify_code, "tls_handshake"))
        case ssl.SSLError():
            return PhaseFailed("tls_handshake")
        case TimeoutError():
            return PhaseFailed("timeout")
        case socket.gaierror() | UnicodeError():
            return PhaseFailed("dns")
        case ConnectionRefusedError():
            return PhaseFailed("refused")
        case SMTPResponseException():
            return PhaseFailed("garbled")
        case ConnectionError():  # SMTPServerDisconnected among them
            return PhaseFailed("connection_lost")
        case _:
            return PhaseFailed("unreachable")
