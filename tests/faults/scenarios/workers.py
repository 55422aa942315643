"""F44 to F48: workers stop, several have the same mail, one sleeps through its lease."""

import time
from signal import SIGCONT, SIGSTOP

from entrypoints.stall_watchdog import STALLED_S
from tests.faults.relay.rules import Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.stage import Stage

_BYSTANDERS = 200
_CONCURRENCY = 10


def rolling_restarts(
    count: int, tasks: int, per_s: float, pause_s: float, selection: Selection = Selection.QUICK
) -> Scenario:
    """One worker after the other is stopped with SIGTERM and started again, as a deployment does, round and round."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.1))
        workers = [stage.worker() for _ in range(count)]
        load = stage.publishing(tasks, per_s=per_s)
        turn = 0
        while not load.done():
            time.sleep(pause_s)
            worker = workers[turn % count]
            code = worker.stop()
            stage.require(code == 0, f"exit code {code} after SIGTERM")
            worker.start()
            worker.wait_until_ready()
            turn += 1
        load.result()
        stage.healed()

    return Scenario(
        fault="F44", name=f"{count} workers, rolling SIGTERM, {tasks} tasks", play=play, patience_s=60 + tasks / 100,
        selection=selection,
    )  # fmt: skip


def pairs(count: int, workers: int, *, on_postgresql: bool = False, selection: Selection = Selection.QUICK) -> Scenario:
    """Every task is published twice, byte for byte, and several workers race for it."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=Point.DOT, after_s=0.1))
        mails = stage.mails(count)
        for _ in range(workers):
            stage.worker()
        stage.send([mail for mail in mails for _ in range(2)])

    return Scenario(
        fault="F68", play=play, on_postgresql=on_postgresql, selection=selection, patience_s=60 + count / 20,
        name=f"{count} tasks published twice, {workers} workers, {'PostgreSQL' if on_postgresql else 'SQLite'}",
    )  # fmt: skip


def sleeper(policy: str, *, after_dot: bool) -> Scenario:
    """A worker is stopped in the middle of a mail for longer than its lease; another one takes over; it wakes up."""
    point = Point.DOT if after_dot else Point.DATA

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=point, after_s=1, times=1))
        (mail,) = stage.mails(1)
        # One at a time, so that it is not sent what it would sleep on.
        sleeping = stage.worker(IN_DOUBT=policy, CONCURRENCY="1")
        stage.send([mail])
        stage.wait_until(lambda: stage.relay.counts().get(point, 0) > 0, f"the mail at {point}")
        sleeping.send(SIGSTOP)
        try:
            awake = stage.worker(IN_DOUBT=policy)
            stage.send([mail] * 4)
            if after_dot:
                awake.wait_until_log_has("email.in_doubt")
                time.sleep(2)
            else:
                stage.wait_for_mails(1)
        finally:
            sleeping.send(SIGCONT)

    held = policy == "hold"
    expect = Expectation()
    if after_dot:
        # Each of the messages writes its letter.
        expect = Expectation(hospital=(0, 1), extra_letters=4) if held else Expectation(duplicates=1)
    when = "after the dot" if after_dot else "before the dot mark"
    return Scenario(fault="F48", name=f"worker sleeps through its lease {when} ({policy})", play=play, expect=expect)


def stalled_loop(stage: Stage) -> None:
    """A mail stops the event loop for good, among 200 that do no harm: the worker ends itself and is started again."""
    mails = stage.mails(_BYSTANDERS)
    stage.send([*mails[:100], *stage.mails(1, prefix="stalling"), *mails[100:]])
    worker = stage.starting(STALLING="stalling")
    code = worker.wait_for_end(patience_s=2 * STALLED_S)
    stage.require(code == 1, f"exit code {code} of a stalled worker")
    stage.require("in stall" in worker.log_text, "does not say where it stood still")
    worker.start(STALLING="")
    stage.healed()


SCENARIOS = (
    rolling_restarts(3, 900, 90, 0.5),
    pairs(200, 5),
    sleeper("resend", after_dot=False),
    sleeper("resend", after_dot=True),
    sleeper("hold", after_dot=True),
)

LONG = (
    Scenario(
        fault="F45", name=f"event loop stalled by one of {_BYSTANDERS + 1} tasks", play=stalled_loop,
        # Those at their dot when it stands still are in doubt.
        expect=Expectation(duplicates=_CONCURRENCY), variables={"CONCURRENCY": str(_CONCURRENCY)},
        selection=Selection.LONG, patience_s=60,
    ),
    rolling_restarts(5, 20_000, 100, 1, Selection.LONG),
    pairs(1000, 5, selection=Selection.LONG),
    pairs(1000, 5, on_postgresql=True, selection=Selection.LONG),
)  # fmt: skip
