"""F49: no ledger, no sending; what was sent meanwhile is recorded as soon as it can be."""

import os
import sqlite3
import subprocess
import time
from pathlib import Path

from tests.faults.relay.rules import Point, Rule
from tests.faults.scenario import Scenario, Selection
from tests.faults.stage import Stage

_LOCKED_S = 8
_IN_FLIGHT = 20
_CHUNK = b"\0" * 4096


def locked(stage: Stage) -> None:
    """Somebody else holds the database for longer than a writer waits."""
    stage.relay.behave(Rule(on=Point.DOT, after_s=0.2))
    worker = stage.worker()
    load = stage.publishing(400, per_s=40)
    stage.wait_for_mails(40)
    connection = sqlite3.connect(stage.database_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    before = len(stage.relay.accepted())
    time.sleep(_LOCKED_S)
    sent = len(stage.relay.accepted()) - before
    connection.execute("ROLLBACK")
    connection.close()
    stage.healed()
    stage.require(sent <= _IN_FLIGHT, f"{sent} mails were sent without a ledger")
    worker.wait_until_log_has("ledger.down")
    worker.wait_until_log_has("intake.resumed")
    load.result()


def full_disk(stage: Stage) -> None:
    """The ledger's disk is full, and then it is not."""
    disk = Path(stage.folder, "disk")
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "takeoff", str(disk)], check=True)
    try:
        stage.database_url = f"sqlite:///{disk}/ledger.db"
        worker = stage.worker()
        load = stage.publishing(600, per_s=60)
        stage.wait_for_mails(40)
        filler = disk / "filler"
        _fill(filler)
        worker.wait_until_log_has("ledger.down")
        time.sleep(3)
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        stage.healed()
        load.result()
        stage.finish()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def postgresql_killed(stage: Stage) -> None:
    """The database dies three times under load, and comes back each time."""
    assert stage.server
    stage.relay.behave(Rule(on=Point.DOT, after_s=0.1))
    stage.worker()
    stage.worker()
    load = stage.publishing(900, per_s=40)
    for _ in range(3):
        time.sleep(2)
        stage.server.kill()
        time.sleep(3)
        stage.server.start()
        stage.healed()
    load.result()


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(_CHUNK)
        except OSError:
            return


SCENARIOS = (
    Scenario(fault="F49", name=f"SQLite locked for {_LOCKED_S} s", play=locked),
    *(
        [Scenario(fault="F49", name="SQLite's disk full", play=full_disk)]
        if os.geteuid() == 0
        else []  # a disk of our own needs mount(8)
    ),
)

LONG = (
    Scenario(
        fault="F49", name="PostgreSQL killed 3 times under load", play=postgresql_killed, on_postgresql=True,
        alone=True, selection=Selection.LONG,
    ),
)  # fmt: skip
