"""When a mail is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.retry_policy import MAX_HINT_S, MIN_HINT_S, RetryPolicy

JUST_UNDER_1 = 1 - 2**-53
POLICY = RetryPolicy(max_attempts=5, base_s=30, factor=4, cap_s=1000)


@pytest.mark.parametrize(
    ("attempt", "jitter", "delay_s"),
    [
        (1, 0, 15),
        (1, JUST_UNDER_1, 30),
        (2, 0, 60),
        (2, JUST_UNDER_1, 120),
        (3, 0, 240),
        (3, JUST_UNDER_1, 480),
        (4, 0, 500),  # 30 * 4 ** 3 = 1920 is beyond the cap
        (4, JUST_UNDER_1, 1000),
        (5, 0, 500),
        (5, JUST_UNDER_1, 1000),
        (10_000, 0, 500),
        (10_000, JUST_UNDER_1, 1000),
    ],
)
def test_the_delay_grows_by_the_factor_up_to_the_cap(attempt: int, jitter: float, delay_s: float) -> None:
    assert POLICY.delay_s(attempt, jitter=jitter) == pytest.approx(delay_s)


@pytest.mark.parametrize(("cap_s", "ceiling_s"), [(120, 120), (119, 119), (121, 120)])
def test_a_step_that_meets_the_cap_exactly_is_not_cut(cap_s: float, ceiling_s: float) -> None:
    policy = RetryPolicy(base_s=30, factor=4, cap_s=cap_s)
    assert policy.delay_s(2, jitter=JUST_UNDER_1) == pytest.approx(ceiling_s)


def test_waits_at_the_cap_still_differ_by_jitter() -> None:
    """Mails that failed together must not come back together, however often they failed."""
    assert POLICY.delay_s(9, jitter=0.2) < POLICY.delay_s(9, jitter=0.7) < POLICY.cap_s


def test_a_factor_of_one_waits_the_base_every_time() -> None:
    policy = RetryPolicy(base_s=10, factor=1, cap_s=100)
    assert [policy.delay_s(attempt, jitter=0) for attempt in (1, 2, 50)] == [5, 5, 5]


@pytest.mark.parametrize(("hint_s", "delay_s"), [(0, MIN_HINT_S), (7, 7), (5000, 5000), (MAX_HINT_S + 1, MAX_HINT_S)])
def test_the_relays_own_wish_wins_between_a_second_and_a_day(hint_s: float, delay_s: float) -> None:
    assert POLICY.delay_s(1, jitter=0.5, hint_s=hint_s) == delay_s


@pytest.mark.parametrize(("attempt", "allowed"), [(1, True), (4, True), (5, False), (6, False)])
def test_max_attempts_counts_the_first_try(attempt: int, allowed: bool) -> None:
    assert POLICY.allows_another(attempt) is allowed


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_attempts": 0},
        {"base_s": 0.0},
        {"base_s": 10.0, "cap_s": 9.0},
        {"cap_s": float("inf")},
        {"factor": 0.5},
        {"factor": float("inf")},
    ],
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RetryPolicy(**wrong)  # type: ignore[arg-type]


@given(
    st.floats(0.1, 1000),
    st.floats(1, 100),
    st.floats(1, 1e6),
    st.integers(1, 10**9),
    st.floats(0, 1, exclude_max=True),
)
def test_every_delay_lies_in_the_upper_half_below_a_ceiling_within_the_cap(
    base_s: float, factor: float, above: float, attempt: int, jitter: float
) -> None:
    policy = RetryPolicy(base_s=base_s, factor=factor, cap_s=base_s * above)
    delay_s = policy.delay_s(attempt, jitter=jitter)
    assert base_s / 2 <= delay_s <= policy.cap_s
