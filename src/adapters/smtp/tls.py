"""TLS as promise 9 wants it."""

import ssl
from pathlib import Path


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """Build a client context that verifies chain and name, from TLS 1.2 on (RFC 8996 retires what is older).

    Raises OSError where `ca_file` cannot be read or holds no certificate.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
