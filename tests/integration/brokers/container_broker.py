"""RabbitMQ of the image that docker-compose.yml names, through testcontainers."""

import os
from typing import Any

from testcontainers.core.container import DockerContainer

from tests.integration.brokers.broker import Broker, BrokerAddress, wait_until_ready
from tests.integration.brokers.management import Management
from tests.integration.brokers.private_broker import free_ports
from tests.integration.services.engine import engine_answers
from tests.integration.services.selection import ServiceNotAvailable

_IMAGE = os.environ.get("TEST_BROKER_IMAGE", "rabbitmq:4-management")
# Debian's scripts first: its wrapper in /usr/sbin runs as another user than the server. Then the official image.
_CTL_PATH = "/usr/lib/rabbitmq/bin:/opt/rabbitmq/sbin:/opt/erlang/bin:/usr/local/bin:/usr/bin:/bin"


class ContainerBroker(Broker):
    """A container with ports of our choice, so that they are the same after a restart."""

    def __init__(self) -> None:
        amqp_port, management_port = free_ports(2)
        self.address = BrokerAddress(amqp_port=amqp_port, management_port=management_port)
        self.management = Management(management_port)
        self._container: DockerContainer | None = None

    def start(self) -> None:
        if self._container is None:
            if not engine_answers():
                raise ServiceNotAvailable("no Docker engine answers")
            self._container = container = DockerContainer(_IMAGE)
            # Not with_bind_ports: it takes no address and would listen on every interface.
            ports: dict[str, Any] = container.ports
            ports["5672/tcp"] = ("127.0.0.1", self.address.amqp_port)
            ports["15672/tcp"] = ("127.0.0.1", self.address.management_port)
            container.start()
        else:
            self._container.get_wrapped_container().start()
        wait_until_ready(self.management)

    def kill(self) -> None:
        self._running.get_wrapped_container().kill(signal="SIGKILL")
        self._running.get_wrapped_container().wait()

    def freeze(self) -> None:
        self._running.get_wrapped_container().pause()

    def thaw(self) -> None:
        self._running.get_wrapped_container().unpause()

    def ctl(self, *arguments: str) -> str:
        code, output = self._running.exec(["env", f"PATH={_CTL_PATH}", "rabbitmqctl", "--quiet", *arguments])
        assert code == 0, output.decode()
        return str(output.decode())

    def destroy(self) -> None:
        if self._container is not None:
            self._container.stop()

    @property
    def _running(self) -> DockerContainer:
        assert self._container is not None
        return self._container
