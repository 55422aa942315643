"""Pauses between tries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rabbitmq.supervisor import pause_s


@pytest.mark.parametrize(("failures", "ceiling_s"), [(1, 0.5), (2, 1), (3, 2), (6, 16), (7, 25), (8, 25), (10**6, 25)])
def test_pauses_double_up_to_25_seconds(failures: int, ceiling_s: float) -> None:
    assert pause_s(failures, jitter=0.0) == ceiling_s / 2
    assert ceiling_s * 0.99 < pause_s(failures, jitter=0.999) < ceiling_s


@given(st.integers(min_value=1), st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_broker_is_never_asked_in_a_hot_loop_and_always_within_half_a_minute(failures: int, jitter: float) -> None:
    assert 0.25 <= pause_s(failures, jitter=jitter) <= 25
