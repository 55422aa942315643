"""Debian's rabbitmq-server."""

from pathlib import Path

from tests.integration.services.debian import install

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CTL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")


def ensure_installed() -> None:
    """Install the package if need be; raises ServiceNotAvailable where that cannot be."""
    if not SERVER.exists():
        install("rabbitmq-server")
