"""Samples become figures, runs become medians and ratios."""

import pytest

from benchmarks.figures import CPU, MEMORY, RATE, Sample, Series, figures_of, percentile, steady


def samples(*points: tuple[float, int, float]) -> list[Sample]:
    return [Sample(at_s=at_s, mails=mails, cpu_s=cpu_s, memory_bytes=mails * 1000) for at_s, mails, cpu_s in points]


def test_the_first_and_the_last_tenth_are_cut_off() -> None:
    """A slow start and a slow end, and the CPU that they cost, do not count."""
    taken = samples((0, 0, 0.0), (5, 9, 4.0), (6, 10, 5.0), (7, 50, 5.4), (8, 90, 5.8), (20, 91, 9.0), (30, 100, 9.9))

    figures = figures_of(taken, 100)

    assert figures[RATE] == pytest.approx(40)
    assert figures[CPU] == pytest.approx(10_000)


def test_the_memory_is_the_highest_of_the_whole_run() -> None:
    taken = samples((0, 0, 0.0), (1, 20, 0.1), (2, 80, 0.2), (3, 100, 0.3))
    assert figures_of(taken, 100)[MEMORY] == pytest.approx(0.1)


@pytest.mark.parametrize(
    "points", [[(0.0, 0, 0.0), (1.0, 100, 1.0)], [(0.0, 50, 0.0), (1.0, 50, 1.0)]], ids=["none between", "no progress"]
)
def test_a_run_that_is_over_between_two_samples_says_nothing(points: list[tuple[float, int, float]]) -> None:
    with pytest.raises(ValueError, match="too few mails"):
        steady(samples(*points), 100)


def test_a_median_needs_the_figure_in_every_run() -> None:
    series = Series(label="ours", runs=[{CPU: 3.0, RATE: 1.0}, {CPU: 1.0}, {CPU: 2.0}])
    assert series.median(CPU) == 2.0
    assert series.median(RATE) is None


def test_a_ratio_is_taken_within_each_round() -> None:
    """The machine was ten times slower in the second round, for both."""
    ours = Series(label="ours", runs=[{CPU: 1.0}, {CPU: 10.0}, {CPU: 1.0}])
    theirs = Series(label="theirs", runs=[{CPU: 3.0}, {CPU: 30.0}, {CPU: 4.0}])
    assert theirs.ratio(CPU, ours) == 3.0
    assert ours.ratio(CPU, ours) == 1.0


def test_a_figure_that_the_base_has_not_gives_no_ratio() -> None:
    ours = Series(label="ours", runs=[{CPU: 1.0}])
    assert ours.ratio(CPU, Series(label="theirs", runs=[{RATE: 1.0}])) is None


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected
