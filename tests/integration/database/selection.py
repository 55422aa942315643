"""Chooses how the suite's PostgreSQL runs."""

from tests.integration.database.container_server import ContainerServer
from tests.integration.database.private_server import PrivateServer
from tests.integration.database.server import Server
from tests.integration.services.selection import start_service


def start_server() -> Server:
    """Start a server the way `TEST_DATABASE` says (container or private), else the first way that works here."""
    return start_service("PostgreSQL", "TEST_DATABASE", {"container": ContainerServer, "private": PrivateServer})
