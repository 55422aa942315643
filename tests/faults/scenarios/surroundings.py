"""F22, F50, F51, F54 and F55: what the worker stands on is missing, forgets, jumps, or is used up."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.faults.proxy import Fault
from tests.faults.relay.rules import Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import be_busy
from tests.faults.stage import Stage

_UNACKED = 100
_DAY_S = 86_400
# A pipe of 64 kB (pipe(7)) holds some 250 lines, so that each of two workers has more to say.
_LOGGED = 2000
_PIPED = 500
_FILES = 40


def broker_absent_at_start(stage: Stage) -> None:
    """The broker comes some seconds after the worker."""
    proxy = stage.proxy(stage.broker.address.amqp_port)
    proxy.inflict(Fault(refuse=True))
    stage.publish(50)
    worker = stage.starting(AMQP_ADDR=stage.through(proxy).replace("guest@", "canary@"))
    worker.wait_until_log_has("intake.lost", 3)
    pages = (worker.status("/healthz"), worker.status("/readyz"))
    stage.require(pages == (200, 503), f"health pages say {pages} without a broker")
    stage.require("canary" not in worker.log_text, "the password is in the log")
    worker.kill()
    worker.start(AMQP_ADDR=stage.through(proxy))
    worker.wait_until_log_has("intake.lost", 4)
    proxy.heal()
    stage.healed()


def ledger_forgets(*, restored: bool) -> Scenario:
    """The worker dies with 100 mails at their dot; its ledger is gone, or an older one is back."""

    def play(stage: Stage) -> None:
        worker = stage.worker(CONCURRENCY=str(_UNACKED))
        ledger = Path(stage.database_url.removeprefix("sqlite:///"))
        backup = stage.folder / "backup.db"
        stage.publish(20)
        stage.wait_for_mails(20)
        with sqlite3.connect(ledger) as source, sqlite3.connect(backup) as target:
            source.backup(target)
        stage.publish(20)
        worker.wait_until_log_has("email.sent", 40)
        stage.relay.behave(Rule(on=Point.DOT, after_s=2, store=True))
        stage.publish(_UNACKED)
        stage.wait_for_mails(40 + _UNACKED)
        worker.kill()
        stage.relay.behave()
        for path in stage.folder.glob(f"{ledger.name}*"):
            path.unlink()
        if restored:
            backup.rename(ledger)
        stage.healed()
        worker.start()

    return Scenario(
        fault="F50", name=f"ledger {'restored from a backup' if restored else 'lost'}, {_UNACKED} unacked", play=play,
        expect=Expectation(duplicates=_UNACKED, unexplained=_UNACKED),
    )  # fmt: skip


def set_clock(shift: Path, by_s: float) -> None:
    """Let the clock of workers with this CLOCK_SHIFT be wrong by so much, from one moment to the next."""
    new = shift.with_suffix(".new")
    new.write_text(str(by_s))
    new.rename(shift)


def clock_jumps(by_s: int) -> Scenario:
    """The wall clock jumps for two workers while mails are at their dot, wait for a retry, and are there twice."""

    def play(stage: Stage) -> None:
        shift = stage.folder / "shift"
        variables = {"CLOCK_SHIFT": str(shift), "MAX_ATTEMPTS": "10"}
        stage.relay.behave(Rule(on=Point.DOT, after_s=1), be_busy(40))
        workers = [stage.worker(**variables), stage.worker(**variables)]
        mails = stage.mails(200)
        stage.send(mails)
        workers[0].wait_until_log_has("email.retry_scheduled", 5)
        set_clock(shift, by_s)
        stage.healed()
        stage.send(mails)

    return Scenario(fault="F51", name=f"clock jumps by {by_s / _DAY_S:+.0f} day under load", play=play)


def log_stands_still(stage: Stage) -> None:
    """Of two workers one has an output that nobody reads for a while, and again at the end; the other one's is gone."""
    still, gone = (_fifo(stage.folder / name) for name in ("still", "gone"))
    first = stage.worker(STDOUT_FIFO=str(stage.folder / "still"))
    stage.worker(STDOUT_FIFO=str(stage.folder / "gone"))
    os.close(gone)
    stage.publish(_LOGGED)
    stage.wait_for_mails(_LOGGED)
    lines = _read_until(still, lambda lines: lines.count(b"email.sent") > _PIPED)
    stage.require(lines.count(b"email.sent") > _PIPED, "lines were lost although there was room for them")
    stage.require(first.status("/readyz") == 200, "not ready")
    stage.publish(_LOGGED)


def _fifo(path: Path) -> int:
    os.mkfifo(path)
    # Opened like this it does not wait for a writer, and neither does reading it.
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def _read_until(fifo: int, is_enough: Callable[[bytes], bool], *, patience_s: float = 10) -> bytes:
    """Read a pipe without waiting for more than there is."""
    data, deadline = b"", time.monotonic() + patience_s
    while not is_enough(data) and time.monotonic() < deadline:
        with suppress(BlockingIOError):
            data += os.read(fifo, 1 << 16)
        time.sleep(0.001)
    return data


def few_files(stage: Stage) -> None:
    """More mails at a time than there are file descriptors for their connections."""
    stage.relay.behave(Rule(on=Point.DOT, after_s=0.3))
    worker = stage.worker(MAX_FILES=str(_FILES), CONCURRENCY="60")
    pid = worker.process.pid
    stage.publish(300)
    worker.wait_until_log_has("relay.down")
    stage.wait_for_mails(300, patience_s=120)
    stage.require(worker.process.pid == pid and worker.running, "the worker ended")
    stage.wait_until(lambda: worker.status("/readyz") == 200, "ready again")


SCENARIOS = (
    Scenario(fault="F22", name="broker absent when the worker starts", play=broker_absent_at_start),
    ledger_forgets(restored=False),
    ledger_forgets(restored=True),
    clock_jumps(_DAY_S),
    clock_jumps(-_DAY_S),
    Scenario(fault="F54", name="nobody reads the log, or its reader is gone", play=log_stands_still),
)

LONG = (
    Scenario(
        fault="F55", name=f"{_FILES} file descriptors for 60 mails at a time", play=few_files, patience_s=120,
        selection=Selection.LONG,
    ),
)  # fmt: skip
