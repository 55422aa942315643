"""F17: the network between three nodes is cut, in four shapes, with a worker at each node."""

import time
from collections.abc import Callable

from tests.faults import queues
from tests.faults.cluster import Cluster, ClusterNode
from tests.faults.fleet import Worker
from tests.faults.relay.rules import Point, Rule
from tests.faults.scenario import Scenario, Selection
from tests.faults.scenarios.broker import be_busy
from tests.faults.scenarios.cluster import VARIABLES, cluster_of
from tests.faults.stage import Stage

# Three workers send thirty a second at most, so that there is work left for all when the network is whole again.
_DOT_S, _CONCURRENCY = 0.5, 5
_BACKLOG, _LOAD = 1200, 300
# More than the workers can have in hand: whoever sends these gets them from the broker.
_MORE = 100
_CUT_S = 30.0

_Cut = Callable[[Cluster, ClusterNode], None]


def cut_leader(cluster: Cluster, leader: ClusterNode) -> None:
    """Cut off the node that leads the task queue."""
    cluster.isolate(leader)


def cut_follower(cluster: Cluster, leader: ClusterNode) -> None:
    """Cut off a node that follows."""
    cluster.isolate(cluster.others(leader)[0])


def cut_one_link(cluster: Cluster, leader: ClusterNode) -> None:
    """Cut the leader off from one node; the third sees both."""
    cluster.cut(leader, cluster.others(leader)[0])


def cut_all(cluster: Cluster, _: ClusterNode) -> None:
    """Leave every node alone."""
    for node in cluster.nodes:
        cluster.isolate(node)


def partition(name: str, cut: _Cut, *, handling: str = "pause_minority", goes_on: bool = True) -> Scenario:
    """`handling` as RabbitMQ calls it; `goes_on`: mails are sent while the network is cut, too."""

    def play(stage: Stage) -> None:
        cluster = cluster_of(stage)
        cluster.handle_partitions(handling)
        stage.relay.behave(Rule(on=Point.DOT, after_s=_DOT_S), be_busy(50))
        stage.publish(_BACKLOG)
        leader = cluster.leader(stage.vhost, queues.TASKS)
        workers = [stage.worker(AMQP_ADDR=node.address.url(stage.vhost)) for node in cluster.nodes]
        pids = [worker.process.pid for worker in workers]
        load = stage.publishing(_LOAD, per_s=10)
        stage.wait_for_mails(_MORE)
        cut(cluster, leader)
        end = time.monotonic() + _CUT_S
        if goes_on:
            stage.wait_for_mails(len(stage.relay.accepted()) + _MORE, patience_s=60)
        time.sleep(max(0.0, end - time.monotonic()))
        before = [_sent(worker) for worker in workers]
        cluster.mend()
        if handling == "ignore":
            # What its guide tells the operator to do.
            leader.ctl("stop_app")
            leader.ctl("start_app")
        stage.healed()
        stage.wait_until(
            lambda: all(_sent(worker) > count for worker, count in zip(workers, before, strict=True)),
            "a mail from every worker",
            patience_s=90,
        )
        stage.recovered()
        load.result()
        same = all(worker.running for worker in workers) and pids == [worker.process.pid for worker in workers]
        stage.require(same, "a worker ended")

    return Scenario(
        fault="F17", name=f"3 nodes, {name} for {_CUT_S:.0f} s ({handling})", play=play, nodes=3, alone=True,
        patience_s=180, selection=Selection.LONG, variables={**VARIABLES, "CONCURRENCY": str(_CONCURRENCY)},
    )  # fmt: skip


def _sent(worker: Worker) -> int:
    return len(worker.lines("email.sent"))


LONG = (
    partition("leader cut off", cut_leader),
    partition("follower cut off", cut_follower),
    partition("one link cut", cut_one_link, goes_on=False),
    partition("all links cut", cut_all, goes_on=False),
    partition("leader cut off", cut_leader, handling="autoheal"),
    partition("leader cut off", cut_leader, handling="ignore"),
)
