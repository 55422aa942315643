"""The benchmarks still do what they name; how fast is for `make bench-mime` and `make bench-sinks` to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import mime


def test_each_mail_is_built_and_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    code = mime.main(["--rounds", "1", "--json"])

    costs = json.loads(capsys.readouterr().out)
    assert [(cost["mail"], cost["bar_us"]) for cost in costs] == [("confirmation", 150), ("ticket", 1500)]
    # The ticket has its picture and its entry twice.
    assert costs[1]["message_bytes"] > costs[0]["message_bytes"] > 10_000
    assert code == any(max(cost["min_us"], cost["threaded_min_us"]) > cost["bar_us"] for cost in costs)


def test_the_sinks_are_told_of_mails_and_cost_something() -> None:
    command = [sys.executable, "-m", "benchmarks.sinks", "--rounds", "1", "--mails", "50", "--json"]
    root = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100, check=False)
    costs = json.loads(run.stdout)
    assert [cost["sinks"] for cost in costs] == ["all", "unsampled", "traced"]
    assert run.returncode == (costs[0]["min_us"] > 80)
