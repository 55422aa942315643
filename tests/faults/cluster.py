"""Three RabbitMQ nodes on loopback that are one broker: one cookie, one port mapper, quorum queues."""

import secrets
from pathlib import Path
from typing import Any

from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import PrivateBroker

NODES = 3
_JOIN = ("stop_app", "reset", "join_cluster", "start_app")


class ClusterNode(PrivateBroker):
    """One node; `cookie` and the port mapper are the cluster's."""

    def __init__(self, cookie: str, first: "ClusterNode | None") -> None:
        super().__init__()
        file = Path(self._home) / ".erlang.cookie"
        file.write_text(cookie)
        file.chmod(0o400)
        self._first = first
        if first is not None:
            self._epmd_port = first._epmd_port

    @property
    def name(self) -> str:
        """Its name in the cluster."""
        return self._environment()["RABBITMQ_NODENAME"]

    def start(self) -> None:
        if self._first is not None:
            # A port mapper that is there is not started again.
            self._epmd = self._first._epmd
        super().start()

    def join(self) -> None:
        """Become a member of the first node's cluster."""
        assert self._first
        for command in _JOIN:
            self.ctl(command, *([self._first.name] if command == "join_cluster" else []))

    def destroy(self) -> None:
        if self._first is not None:
            self._epmd = None
        super().destroy()


class Cluster(Broker):
    """A broker of three nodes; clients talk to the first, whose calls it passes on, until told otherwise."""

    def __init__(self) -> None:
        cookie = secrets.token_hex(16)
        first = ClusterNode(cookie, None)
        self.nodes = [first, *(ClusterNode(cookie, first) for _ in range(NODES - 1))]
        self.address = first.address
        self.management = first.management

    def start(self) -> None:
        """Start all nodes and make them one cluster; only once."""
        for node in self.nodes:
            node.start()
        for node in self.nodes[1:]:
            node.join()

    def leader(self, vhost: str, queue: str) -> ClusterNode:
        """Find the node that leads a quorum queue, asked of any node that lives. Raises LookupError."""
        for node in self.nodes:
            try:
                found: list[dict[str, Any]] = node.management.queues(vhost)
            except OSError:
                continue
            for each in found:
                leader = each.get("leader") or each.get("node")
                if each["name"] == queue:
                    return next(member for member in self.nodes if member.name == leader)
        raise LookupError(queue)

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()

    def freeze(self) -> None:
        for node in self.nodes:
            node.freeze()

    def thaw(self) -> None:
        for node in self.nodes:
            node.thaw()

    def ctl(self, *arguments: str) -> str:
        return self.nodes[0].ctl(*arguments)

    def destroy(self) -> None:
        for node in reversed(self.nodes):
            node.destroy()
