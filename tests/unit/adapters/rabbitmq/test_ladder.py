"""Rungs: never early, hardly late, few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rabbitmq.ladder import RUNGS_MS, choose_rung_ms


@pytest.mark.parametrize(
    ("remaining_s", "rung_ms"),
    [
        (-5.0, 500),
        (0.0, 500),
        (0.499, 500),
        (0.5, 500),
        (0.999, 500),
        (1.0, 1000),
        (1.999, 1000),
        (2.0, 2000),
        (5.0, 4000),
        (30.0, 16_000),
        (3600.0, 2_048_000),
        (4095.999, 2_048_000),
        (4096.0, 4_096_000),
        (86_400.0, 4_096_000),
    ],
)
def test_the_longest_rung_that_does_not_overshoot_is_chosen(remaining_s: float, rung_ms: int) -> None:
    assert choose_rung_ms(remaining_s) == rung_ms


@given(st.floats(min_value=0.0, max_value=30 * 86_400.0))
def test_the_way_down_the_ladder_ends_at_the_due_time_or_half_a_second_after(delay_s: float) -> None:
    waited_ms, rungs = 0, []
    while waited_ms < delay_s * 1000:
        rungs.append(choose_rung_ms(delay_s - waited_ms / 1000))
        waited_ms += rungs[-1]
    assert 0 <= waited_ms - delay_s * 1000 <= RUNGS_MS[0]
    assert rungs == sorted(rungs, reverse=True)
    # One way for each binary digit, and one more on the shortest rung; the longest as often as it fits.
    assert len(rungs) <= len(RUNGS_MS) + 1 + delay_s * 1000 // RUNGS_MS[-1]


@given(st.floats(min_value=0.0, max_value=300 * 86_400.0), st.integers(min_value=0, max_value=250))
def test_ways_through_the_broker_add_up_to_no_more_than_one_of_them(delay_s: float, way_ms: int) -> None:
    """What is left is measured anew each time: a mail for a later time leaves within 2 s of it, days ahead or not."""
    elapsed_ms = 0.0
    while (remaining_ms := delay_s * 1000 - elapsed_ms) > 0:
        elapsed_ms += choose_rung_ms(remaining_ms / 1000) + way_ms
    assert 0 <= -remaining_ms <= RUNGS_MS[0] + way_ms
