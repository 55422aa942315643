"""PostgreSQL of the official image, through testcontainers."""

import os
from typing import Any

from testcontainers.core.container import DockerContainer

from tests.integration.brokers.private_broker import free_ports
from tests.integration.database.server import PASSWORD, Server
from tests.integration.services.engine import engine_answers
from tests.integration.services.selection import ServiceNotAvailable

_IMAGE = os.environ.get("TEST_DATABASE_IMAGE", "postgres:17")


class ContainerServer(Server):
    """A container with a port of our choice, so that it is the same after a restart."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self._container: DockerContainer | None = None

    def start(self) -> None:
        if self._container is None:
            if not engine_answers():
                raise ServiceNotAvailable("no Docker engine answers")
            self._container = container = DockerContainer(_IMAGE)
            container.env["POSTGRES_PASSWORD"] = PASSWORD
            # Not with_bind_ports: it takes no address and would listen on every interface.
            ports: dict[str, Any] = container.ports
            ports["5432/tcp"] = ("127.0.0.1", self.port)
            container.start()
        else:
            self._container.get_wrapped_container().start()
        self.wait_until_ready()

    def kill(self) -> None:
        self._running.kill(signal="SIGKILL")
        self._running.wait()

    def freeze(self) -> None:
        self._running.pause()

    def thaw(self) -> None:
        self._running.unpause()

    def destroy(self) -> None:
        if self._container is not None:
            self._container.stop()

    @property
    def _running(self) -> Any:
        assert self._container is not None
        return self._container.get_wrapped_container()
