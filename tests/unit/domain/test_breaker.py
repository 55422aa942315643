"""When a relay is left alone, and when it is asked again."""

from domain.breaker import Breaker


def opened(breaker: Breaker, now_s: float = 0.0) -> Breaker:
    while not breaker.fail(now_s, login_refused=False):
        pass
    return breaker


def probe_times_s(breaker: Breaker, count: int, *, login_refused: bool = False) -> list[float]:
    """The times at which probes are due, when each of them fails at once."""
    times_s: list[float] = []
    now_s = 0.0
    while len(times_s) < count:
        now_s += 0.5
        if breaker.may_probe(now_s):
            times_s.append(now_s)
            breaker.fail(now_s, login_refused=login_refused)
    return times_s


def test_failures_in_a_row_open_it_at_the_threshold() -> None:
    breaker = Breaker(threshold=3)
    assert [breaker.fail(0, login_refused=False) for _ in range(4)] == [False, False, True, False]
    assert breaker.is_open


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(threshold=2)
    breaker.fail(0, login_refused=False)
    assert breaker.succeed(0) is None
    assert not breaker.fail(0, login_refused=False)
    assert not breaker.is_open


def test_one_refused_login_opens_it() -> None:
    breaker = Breaker()
    assert breaker.fail(0, login_refused=True)
    assert not breaker.may_probe(59.9)
    assert breaker.may_probe(60)


def test_probes_come_less_and_less_often_but_once_a_minute_at_least() -> None:
    assert probe_times_s(opened(Breaker()), 9) == [1, 3, 7, 15, 31, 63, 123, 183, 243]


def test_after_a_refused_login_there_is_one_probe_a_minute() -> None:
    assert probe_times_s(opened(Breaker()), 4, login_refused=True) == [1, 61, 121, 181]


def test_a_probe_that_succeeds_closes_it_and_tells_how_long_it_was_open() -> None:
    breaker = opened(Breaker(), now_s=10)
    assert breaker.succeed(25) == 15
    assert not breaker.is_open
    assert not breaker.may_probe(1000)


def test_the_next_outage_begins_with_short_pauses_again() -> None:
    breaker = opened(Breaker())
    probe_times_s(breaker, 5)
    breaker.succeed(40)
    opened(breaker, now_s=100)
    assert breaker.may_probe(101)
