"""F16 and F17: three nodes with quorum queues lose their leader, or their majority."""

import time

from tests.faults import queues
from tests.faults.cluster import Cluster
from tests.faults.relay.rules import Point, Rule
from tests.faults.scenario import Scenario, Selection
from tests.faults.scenarios.broker import be_busy
from tests.faults.stage import Stage

VARIABLES = {"QUEUE_TYPE": "quorum", "MAX_ATTEMPTS": "50"}


def cluster_of(stage: Stage) -> Cluster:
    """The stage's broker, which is one."""
    assert isinstance(stage.broker, Cluster)
    return stage.broker


def kill_leaders(for_s: float, every_s: float, per_s: float) -> Scenario:
    """SIGKILL of the node that leads the task queue, again and again; it comes back before the next one dies."""

    def play(stage: Stage) -> None:
        cluster = cluster_of(stage)
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.05), be_busy(50))
        workers = [stage.worker(), stage.worker()]
        pids = [worker.process.pid for worker in workers]
        load = stage.publishing(int(for_s * per_s), per_s=per_s)
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            due = time.monotonic() + every_s
            leader = cluster.leader(stage.vhost, queues.TASKS)
            leader.kill()
            time.sleep(every_s / 4)
            leader.start()
            stage.healed()
            time.sleep(max(0.0, due - time.monotonic()))
        load.result()
        same = all(worker.running for worker in workers) and pids == [worker.process.pid for worker in workers]
        stage.require(same, "a worker ended")

    return Scenario(
        fault="F17", name=f"3 nodes, leader SIGKILL every {every_s:.0f} s for {for_s:.0f} s", play=play, nodes=3,
        alone=True, patience_s=180, selection=Selection.LONG, variables=VARIABLES,
    )  # fmt: skip


def lose_majority(for_s: float) -> Scenario:
    """Two of three nodes die under load and come back."""

    def play(stage: Stage) -> None:
        cluster = cluster_of(stage)
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.05), be_busy(50))
        worker = stage.worker()
        load = stage.publishing(int((for_s + 20) * 20), per_s=20)
        time.sleep(5)
        for node in cluster.nodes[1:]:
            node.kill()
        time.sleep(for_s)
        for node in cluster.nodes[1:]:
            node.start()
        stage.healed()
        load.result()
        stage.require(worker.running, "the worker ended")

    return Scenario(
        fault="F16", name=f"3 nodes, majority lost for {for_s:.0f} s", play=play, nodes=3, alone=True, patience_s=180,
        selection=Selection.LONG, variables=VARIABLES,
    )  # fmt: skip


LONG = (kill_leaders(180, 20, 25), lose_majority(60))
