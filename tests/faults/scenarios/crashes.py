"""F43: the worker kills itself at each of its failpoints; what it must come to is the data of the test."""

import signal

from application.failpoints import Failpoint
from tests.faults.relay.options import Options
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import be_busy, refuse
from tests.faults.stage import Stage

_TASKS = 12
# Between the dot mark and the recorded reply nobody can say whether the relay has the mail.
_IN_DOUBT = (Failpoint.AFTER_DOT_MARK, Failpoint.AFTER_DOT, Failpoint.AFTER_REPLY)


def crash(point: Failpoint, policy: str, *, selection: Selection, runs: int) -> Scenario:
    """One mail at a time; the process dies when it passes the point for the third time."""

    def play(stage: Stage) -> None:
        if point in {Failpoint.AFTER_RETRY_PUBLISH, Failpoint.AFTER_RETRY_CONFIRM}:
            stage.relay.behave(be_busy(8))
        if point is Failpoint.AFTER_HOSPITAL_CONFIRM:
            stage.relay.behave(refuse())
        if point is Failpoint.AFTER_CONNECT:
            stage.relay.become(Options(max_mails=2))
        stage.publish(_TASKS, prefix="bad" if point is Failpoint.AFTER_HOSPITAL_CONFIRM else "guest")
        worker = stage.starting(TAKEOFF_FAILPOINT=f"{point}:3")
        code = worker.wait_for_end()
        stage.require(code == -signal.SIGKILL, f"exit code {code} at the failpoint")
        stage.healed()
        worker.start(TAKEOFF_FAILPOINT="")

    held = 1 if policy == "hold" and point in _IN_DOUBT else 0
    letters = _TASKS if point is Failpoint.AFTER_HOSPITAL_CONFIRM else held
    # The letter is written again, since the acknowledgement of the task was not.
    extra_letters = int(point is Failpoint.AFTER_HOSPITAL_CONFIRM)
    duplicates = 1 if policy == "resend" and point in _IN_DOUBT else 0
    return Scenario(
        fault="F43",
        name=f"SIGKILL at {point} ({policy})" + (f", {runs} runs" if runs > 1 else ""),
        play=play,
        selection=selection,
        runs=runs,
        expect=Expectation(hospital=(letters, letters), extra_letters=extra_letters, duplicates=duplicates),
        variables={"CONCURRENCY": "1", "IN_DOUBT": policy, "LEASE_S": "2", "MAX_ATTEMPTS": "20"},
    )


SCENARIOS = tuple(
    crash(point, policy, selection=Selection.QUICK, runs=1) for point in Failpoint for policy in ("resend", "hold")
)

LONG = tuple(
    crash(point, policy, selection=Selection.LONG, runs=25) for point in Failpoint for policy in ("resend", "hold")
)
