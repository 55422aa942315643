"""Three RabbitMQ nodes on loopback that are one broker: one cookie, quorum queues, and a network that can be cut."""

import secrets
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path
from typing import Any

from tests.faults.port_mapper import PortMapper
from tests.faults.proxy import GOOD, Fault, FaultProxy, Way
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import PrivateBroker

NODES = 3
_JOIN = ("stop_app", "reset", "join_cluster", "start_app")
# After so long without a word nodes give each other up, instead of after 60 s: 0.75 to 1.25 times this (kernel(6)).
_TICK_S = 8
_CUT = Fault(hold=Way.BOTH)


class ClusterNode(PrivateBroker):
    """One node; `cookie` is the cluster's. What it says to other nodes goes through `ways`, by the other's name."""

    def __init__(self, cookie: str) -> None:
        super().__init__()
        file = Path(self._home) / ".erlang.cookie"
        file.write_text(cookie)
        file.chmod(0o400)
        self.ways: dict[str, FaultProxy] = {}
        self._network = ExitStack()

    @property
    def name(self) -> str:
        """Its name in the cluster."""
        return self._environment()["RABBITMQ_NODENAME"]

    def connect_to(self, other: "ClusterNode") -> None:
        """Lay the way to another node; before the start."""
        self.ways[other.name] = self._network.enter_context(FaultProxy(other._distribution_port))

    def join(self, first: "ClusterNode") -> None:
        """Become a member of another node's cluster."""
        for command in _JOIN:
            self.ctl(command, *([first.name] if command == "join_cluster" else []))

    def destroy(self) -> None:
        super().destroy()
        self._network.close()

    def _start_port_mapper(self) -> None:
        if self._server is None:
            others = {name.partition("@")[0]: way.port for name, way in self.ways.items()}
            self._network.enter_context(PortMapper(self._epmd_port, others))

    def _configuration(self) -> list[str]:
        return [*super()._configuration(), "cluster_partition_handling = pause_minority"]

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] += f" -kernel net_ticktime {_TICK_S}"
        return environment


class Cluster(Broker):
    """A broker of three nodes; clients talk to the first, whose calls it passes on, until told otherwise."""

    def __init__(self) -> None:
        cookie = secrets.token_hex(16)
        self.nodes = [ClusterNode(cookie) for _ in range(NODES)]
        for one, other in permutations(self.nodes, 2):
            one.connect_to(other)
        self.address = self.nodes[0].address
        self.management = self.nodes[0].management

    def start(self) -> None:
        """Start all nodes and make them one cluster; only once."""
        for node in self.nodes:
            node.start()
        for node in self.nodes[1:]:
            node.join(self.nodes[0])

    def handle_partitions(self, handling: str) -> None:
        """Choose `cluster_partition_handling` for partitions to come; a node that is started again forgets it."""
        for node in self.nodes:
            node.ctl("eval", f"application:set_env(rabbit, cluster_partition_handling, {handling}).")

    def cut(self, one: ClusterNode, other: ClusterNode) -> None:
        """Let nothing pass between two nodes any more, as when a cable is pulled: no end, no reset."""
        one.ways[other.name].inflict(_CUT)
        other.ways[one.name].inflict(_CUT)

    def isolate(self, node: ClusterNode) -> None:
        """Cut a node off from all others."""
        for other in self.others(node):
            self.cut(node, other)

    def mend(self) -> None:
        """Let everything pass again between all nodes."""
        for node in self.nodes:
            for way in node.ways.values():
                way.inflict(GOOD)

    def others(self, node: ClusterNode) -> list[ClusterNode]:
        """The other nodes."""
        return [other for other in self.nodes if other is not node]

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
