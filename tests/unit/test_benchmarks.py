"""The benchmark still builds the mails that it names; how fast is for `make bench-mime` to say."""

import json

import pytest

from benchmarks import mime


def test_each_mail_is_built_and_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    code = mime.main(["--rounds", "1", "--json"])

    costs = json.loads(capsys.readouterr().out)
    assert [(cost["mail"], cost["bar_us"]) for cost in costs] == [("confirmation", 150), ("ticket", 1500)]
    # The ticket has its picture and its entry twice.
    assert costs[1]["message_bytes"] > costs[0]["message_bytes"] > 10_000
    assert code == any(max(cost["min_us"], cost["threaded_min_us"]) > cost["bar_us"] for cost in costs)
