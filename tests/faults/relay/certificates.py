"""Server contexts by what is wrong with their certificate."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

_NAME = "127.0.0.1"


def make_contexts(ca_file: Path) -> dict[str, ssl.SSLContext]:
    """Make an authority, write its certificate to `ca_file`, and a context of each kind."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(ca_file))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = ca.issue_cert(_NAME, not_before=yesterday - timedelta(days=1), not_after=yesterday)
    return {
        "good": _context(ca.issue_cert(_NAME)),
        "unknown_ca": _context(trustme.CA().issue_cert(_NAME)),
        "expired": _context(expired),
        "wrong_name": _context(ca.issue_cert("other.example")),
    }


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
