"""What a test may do to a broker, whichever way it runs."""

import time
from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from tests.integration.brokers.management import Management
from tests.integration.services.selection import Service

BOOT_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Loopback ports of one broker; they stay the same over restarts."""

    amqp_port: int
    management_port: int

    def url(self, vhost: str, *, user: str = "guest", password: str = "guest") -> str:
        """An AMQP URL; `vhost` must not need quoting."""
        return f"amqp://{user}:{password}@127.0.0.1:{self.amqp_port}/{vhost}"


class Broker(Service, Protocol):
    """One RabbitMQ node; every call blocks until its effect is there."""

    address: BrokerAddress
    management: Management

    @abstractmethod
    def start(self) -> None:
        """Start or restart on the same data and ports, and wait until it takes connections."""

    @abstractmethod
    def kill(self) -> None:
        """End the node as a power cut does, with SIGKILL."""

    @abstractmethod
    def freeze(self) -> None:
        """Stop the process and leave its sockets open."""

    @abstractmethod
    def thaw(self) -> None:
        """Let a frozen node go on."""

    @abstractmethod
    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl and return what it prints."""


def wait_until_ready(management: Management) -> None:
    """Block until the node answers; raises TimeoutError after `BOOT_S`."""
    deadline = time.monotonic() + BOOT_S
    while not management.is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"RabbitMQ did not start within {BOOT_S:.0f} s")
        time.sleep(0.2)
