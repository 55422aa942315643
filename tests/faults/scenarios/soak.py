"""F56: half an hour of mails with a fault every 20 s; in the end the worker is as small as it was in the beginning."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.smtp.idle_connections import MAX_IDLE_S
from tests.faults.fleet import Worker
from tests.faults.proxy import Fault, FaultProxy, Way
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import be_busy
from tests.faults.stage import Stage

_PAUSE_S = 20.0
_HARM_S = 5.0
_GROWTH = 1.10
# What fills pools and caches.
_WARM_UP_S = 60.0
_DRAIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Size:
    """What a process holds."""

    rss_kb: int
    files: int
    threads: int


def size_of(worker: Worker) -> Size:
    """Measure a worker from outside."""
    process = Path(f"/proc/{worker.process.pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Size(
        rss_kb=int(status["VmRSS"].split()[0]),
        files=len(list((process / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


def soak(for_s: float, per_s: float) -> Scenario:
    """Faults of both networks and of the relay, one after the other at random."""

    def play(stage: Stage) -> None:
        to_broker, to_relay = stage.proxy(stage.broker.address.amqp_port), stage.proxy(stage.relay.port)
        worker = stage.worker(AMQP_ADDR=stage.through(to_broker), SMTP_RELAY=f"127.0.0.1:{to_relay.port}")
        stage.publish(int(_WARM_UP_S * per_s), per_s=per_s)
        before = _size_at_rest(stage, worker)
        load = stage.publishing(int(for_s * per_s), per_s=per_s)
        harms = _harms(stage, to_broker, to_relay)
        while not load.done():
            random.choice(harms)()
            time.sleep(_HARM_S)
            to_broker.heal()
            to_relay.heal()
            stage.relay.up()
            stage.relay.behave()
            stage.healed()
            time.sleep(_PAUSE_S - _HARM_S)
        load.result()
        after = _size_at_rest(stage, worker)
        for name in ("rss_kb", "files", "threads"):
            was, now = getattr(before, name), getattr(after, name)
            stage.require(now <= was * _GROWTH + 1, f"{name} grew from {was} to {now}")

    tasks = int((_WARM_UP_S + for_s) * per_s)
    return Scenario(
        fault="F56", name=f"soak {for_s / 60:.0f} min at {per_s:.0f}/s, a fault every {_PAUSE_S:.0f} s", play=play,
        selection=Selection.LONG, alone=True, patience_s=180, variables={"MAX_ATTEMPTS": "50"},
        # Cuts after the dot are among the faults; each extra copy must have its try in doubt.
        expect=Expectation(duplicates=tasks),
    )  # fmt: skip


def _size_at_rest(stage: Stage, worker: Worker) -> Size:
    """Measure when all is sent and only the last mail's connection to the relay is left open."""
    stage.wait_until(stage.is_drained, "all sent", patience_s=_DRAIN_S)
    time.sleep(MAX_IDLE_S + 1)
    stage.publish(1)
    stage.wait_until(stage.is_drained, "the last mail sent")
    return size_of(worker)


def _harms(stage: Stage, to_broker: FaultProxy, to_relay: FaultProxy) -> list[Callable[[], None]]:
    behave = stage.relay.behave
    return [
        to_broker.reset_all,
        lambda: to_broker.inflict(Fault(latency_s=0.1)),
        lambda: to_broker.inflict(Fault(hold=Way.BOTH)),
        lambda: to_broker.inflict(Fault(slice_bytes=7)),
        to_relay.reset_all,
        lambda: to_relay.inflict(Fault(latency_s=0.1)),
        lambda: to_relay.inflict(Fault(limit_bytes=5000)),
        lambda: to_relay.inflict(Fault(refuse=True)),
        stage.relay.down,
        lambda: behave(be_busy(200)),
        lambda: behave(Rule(on=Point.DOT, do=Act.RESET, store=True, every=20)),
        lambda: behave(Rule(on=Point.CONNECT, do=Act.REPLY, text="554 5.7.1 no")),
        lambda: behave(Rule(on=Point.DOT, do=Act.RAW, text="\x00garbage\xff\r\n", every=20)),
    ]


LONG = (soak(1800, 100),)
