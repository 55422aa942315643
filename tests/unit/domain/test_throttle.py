"""A relay that complains is sent less, and more again with time."""

import pytest

from domain.throttle import Throttle


def slowed(*, per_s: float, for_s: float = 10.0) -> tuple[Throttle, float]:
    """Send at a steady pace, then hear the first complaint; returns the throttle and the time."""
    throttle = Throttle()
    for number in range(int(per_s * for_s)):
        assert throttle.wait_s(1000 + number / per_s, within_s=0) == 0
    now_s = 1000 + for_s
    assert throttle.complain(now_s)
    return throttle, now_s


def sent_in(throttle: Throttle, start_s: float, seconds: float) -> int:
    """Count the mails of a sender that always has one more."""
    count = 0
    while throttle.wait_s(start_s, within_s=seconds) is not None:
        count += 1
    return count


def test_without_complaints_nothing_waits() -> None:
    throttle = Throttle()
    assert [throttle.wait_s(5.0, within_s=0) for _ in range(100)] == [0.0] * 100
    assert throttle.pace_per_s(5.0) is None


def test_a_complaint_halves_the_measured_pace() -> None:
    throttle, now_s = slowed(per_s=40)
    assert throttle.pace_per_s(now_s) == pytest.approx(20, rel=0.1)
    assert sent_in(throttle, now_s, 1) == pytest.approx(20, abs=3)


def test_complaints_of_one_moment_count_once_and_later_ones_halve_again() -> None:
    throttle, now_s = slowed(per_s=40)
    assert not any(throttle.complain(now_s + 0.1) for _ in range(20))
    assert throttle.complain(now_s + 5)
    assert throttle.pace_per_s(now_s + 5) == pytest.approx(12, rel=0.1)


def test_the_pace_grows_evenly_and_is_free_after_a_minute() -> None:
    throttle, now_s = slowed(per_s=40)
    assert throttle.pace_per_s(now_s + 30) == pytest.approx(40, rel=0.1)
    assert throttle.pace_per_s(now_s + 59) == pytest.approx(60, rel=0.1)
    assert throttle.pace_per_s(now_s + 60) is None
    assert [throttle.wait_s(now_s + 60, within_s=0) for _ in range(100)] == [0.0] * 100


def test_mails_that_would_wait_too_long_take_no_place() -> None:
    throttle, now_s = slowed(per_s=2)
    assert [throttle.wait_s(now_s, within_s=2.5) for _ in range(5)] == [
        0,
        pytest.approx(1, 0.1),
        pytest.approx(2, 0.1),
        None,
        None,
    ]
    assert throttle.wait_s(now_s + 1, within_s=2.5) == pytest.approx(2, 0.1)


def test_it_never_stops_however_often_the_relay_complains() -> None:
    throttle, now_s = slowed(per_s=2)
    for _ in range(100):
        now_s += 5
        throttle.complain(now_s)
    assert throttle.pace_per_s(now_s) == pytest.approx(0.5)


def test_a_complaint_cannot_be_about_less_than_a_mail_a_second() -> None:
    throttle = Throttle()
    for number in range(10):
        assert throttle.wait_s(1000 + 1.5 * number, within_s=0) == 0
        assert not throttle.complain(1000 + 1.5 * number + 1.2)
    assert throttle.pace_per_s(1020) is None
