"""Results as tables and as numbers."""

import json

from benchmarks.figures import CPU
from benchmarks.table import markdown_of, numbers_of, table_of
from tests.unit.benchmarks.results import RESULT


def test_the_table_has_medians_and_ratios_in_columns() -> None:
    title, head, ours, theirs = table_of(RESULT).splitlines()
    assert title == "20 connections (medians of 2)"
    assert head.split() == ["throughput", "CPU", "us/mail", "mails/s", "CPU", "us/mail,", "ratio"]
    assert ours.split() == ["takeoff-mailer", "610", "990", "1.00"]
    assert theirs.split() == ["R&D", "<old>", "1,830", "-", "3.00"]
    assert len({len(line) for line in (head, ours, theirs)}) == 1


def test_the_table_of_a_document_says_the_same() -> None:
    assert markdown_of(RESULT).splitlines()[:3] == [
        "| throughput | CPU us/mail | mails/s | CPU us/mail, ratio |",
        "| --- | --- | --- | --- |",
        "| takeoff-mailer | 610 | 990 | 1.00 |",
    ]


def test_the_numbers_hold_every_run() -> None:
    ours, theirs = json.loads(json.dumps(numbers_of(RESULT)))["series"]
    assert ours["runs"][1] == {CPU: 620.0, "mails/s": 980.0}
    assert theirs["ratios"] == {CPU: 3.0}
