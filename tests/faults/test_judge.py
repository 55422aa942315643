"""A verdict names each promise that was broken, and is silent where none was."""

from dataclasses import replace

import pytest

from tests.faults.history import History, Letter, Waiting
from tests.faults.judge import judge
from tests.faults.scenario import Expectation
from tests.faults.test_history import ALL, CLEAN, arrived

LENIENT = Expectation(hospital=(1, 1), drained=False)


def test_a_clean_run_passes() -> None:
    run = judge(CLEAN, LENIENT, healed_at_s=None)
    assert run.problems == ()
    assert (run.published, run.accepted, run.hospital, run.lost, run.duplicates) == (5, 3, 1, 0, 0)


@pytest.mark.parametrize(
    ("history", "word"),
    [
        (replace(CLEAN, waiting=()), "lost"),
        (replace(CLEAN, accepted=[*CLEAN.accepted, arrived(1)]), "duplicates"),
        (replace(CLEAN, accepted=[*CLEAN.accepted, replace(arrived(1), message_id="?@x")]), "unexpected"),
        (replace(CLEAN, letters=[*CLEAN.letters, Letter(key="k4", body_sha256="b4")]), "hospital"),
        (replace(CLEAN, letters=[*CLEAN.letters, *CLEAN.letters]), "second letters"),
    ],
)
def test_each_broken_promise_is_named(history: History, word: str) -> None:
    assert any(word in problem for problem in judge(history, LENIENT, healed_at_s=None).problems)


def test_a_queue_that_should_be_empty_is_a_problem() -> None:
    history = replace(CLEAN, waiting=[Waiting(queue="email_queue", body_sha256=ALL[4].body_sha256)])
    assert judge(history, replace(LENIENT, drained=True), healed_at_s=None).problems


def test_a_recovery_that_takes_too_long_is_a_problem() -> None:
    history = replace(CLEAN, accepted=[replace(arrived(n), at_s=100.0) for n in range(3)])
    run = judge(history, replace(LENIENT, recovery_s=5), healed_at_s=90.0)
    assert run.recovery_s == 10.0
    assert run.problems


def test_a_scenario_may_know_better_than_the_next_mail_when_all_work_again() -> None:
    history = replace(CLEAN, accepted=[replace(arrived(n), at_s=91.0) for n in range(3)])
    run = judge(history, replace(LENIENT, recovery_s=5), healed_at_s=90.0, recovered_at_s=97.0)
    assert run.recovery_s == 7.0
    assert run.problems


def test_what_the_scenario_saw_itself_is_a_problem() -> None:
    assert judge(CLEAN, LENIENT, healed_at_s=None, noted=["AUTH in clear"]).problems == ("AUTH in clear",)
