"""The table that people read and the JSON that tools read."""

from typing import Any

from tests.faults.runner import Result

_COLUMNS = ("runs", "published", "accepted", "hospital", "lost", "duplicates", "in doubt", "recovery s")
_NAME_WIDTH = 62
_PROBLEMS = 4


def heading() -> str:
    """The first line."""
    return f"{'fault':8}{'what is done':{_NAME_WIDTH}}" + "".join(f"{name:>11}" for name in _COLUMNS) + "  verdict"


def line(result: Result) -> str:
    """One scenario, with its problems below it."""
    numbers = summary(result)
    recovery_s = numbers["recovery_s"]
    cells = [numbers[name.replace(" ", "_")] for name in _COLUMNS[:-1]]
    cells.append("-" if recovery_s is None else f"{recovery_s:.1f}")
    text = f"{result.scenario.fault:8}{result.scenario.name[: _NAME_WIDTH - 2]:{_NAME_WIDTH}}"
    text += "".join(f"{cell:>11}" for cell in cells) + ("  ok" if result.passed else "  FAILED")
    problems = [problem for run in result.runs for problem in run.problems]
    for problem in problems[:_PROBLEMS]:
        text += f"\n        ! {problem.splitlines()[0]}"
    if len(problems) > _PROBLEMS:
        text += f"\n        ! and {len(problems) - _PROBLEMS} problems more"
    for folder in result.folders[:1]:
        text += f"\n        logs: {folder}"
    return text


def summary(result: Result) -> dict[str, Any]:
    """The numbers of all runs together; recovery is the slowest."""
    runs = result.runs
    recoveries = [run.recovery_s for run in runs if run.recovery_s is not None]
    return {
        "fault": result.scenario.fault,
        "name": result.scenario.name,
        "runs": len(runs),
        "published": sum(run.published for run in runs),
        "accepted": sum(run.accepted for run in runs),
        "hospital": sum(run.hospital for run in runs),
        "lost": sum(run.lost for run in runs),
        "duplicates": sum(run.duplicates for run in runs),
        "in_doubt": sum(run.in_doubt for run in runs),
        "recovery_s": max(recoveries, default=None),
        "passed": result.passed,
        "problems": [problem for run in runs for problem in run.problems],
    }
