"""The order in which a mail is offered to several relays."""

from collections import Counter
from collections.abc import Sequence

import pytest

from adapters.smtp.rotation import Rotation


def firsts(rotation: Rotation, mails: int, *, is_available: Sequence[bool] = (True, True, True)) -> list[int]:
    return [rotation.order(is_available=is_available, in_flight=(0, 0, 0))[0] for _ in range(mails)]


def test_without_weights_the_settings_order_stands_whatever_is_busy_or_down() -> None:
    rotation = Rotation(weights=(None, None), concurrency=1)
    assert rotation.order(is_available=(False, True), in_flight=(9, 0)) == [0, 1]


def test_mails_are_spread_smoothly_in_the_proportion_of_the_weights() -> None:
    assert firsts(Rotation(weights=(3, 1), concurrency=20), 8) == [0, 0, 1, 0] * 2


def test_a_relay_without_a_weight_among_others_has_one() -> None:
    assert Counter(firsts(Rotation(weights=(2, None, 1), concurrency=20), 40)) == {0: 20, 1: 10, 2: 10}


def test_each_relay_comes_once_in_an_order_and_those_of_weight_0_last() -> None:
    rotation = Rotation(weights=(0, 1, 2), concurrency=20)
    orders = [rotation.order(is_available=(True, True, True), in_flight=(0, 0, 0)) for _ in range(3)]
    assert orders == [[2, 1, 0], [1, 2, 0], [2, 1, 0]]


def test_a_relay_that_is_down_is_passed_over_and_gets_no_more_than_its_share_when_it_is_back() -> None:
    rotation = Rotation(weights=(1, 1), concurrency=20)
    assert firsts(rotation, 10, is_available=(False, True)) == [1] * 10
    assert Counter(firsts(rotation, 10, is_available=(True, True))) == {0: 5, 1: 5}


@pytest.mark.parametrize("in_flight", [(10, 0), (15, 9)])
def test_a_relay_that_has_its_share_of_the_mails_in_flight_gets_no_more(in_flight: tuple[int, int]) -> None:
    rotation = Rotation(weights=(1, 1), concurrency=20)
    orders = [rotation.order(is_available=(True, True), in_flight=in_flight) for _ in range(5)]
    assert orders == [[1, 0]] * 5


def test_the_share_of_a_relay_that_is_down_goes_to_the_others() -> None:
    rotation = Rotation(weights=(1, 1), concurrency=20)
    assert rotation.order(is_available=(False, True), in_flight=(0, 19))[0] == 1


def test_a_small_weight_still_has_one_mail_at_a_time() -> None:
    rotation = Rotation(weights=(1000, 1), concurrency=4)
    assert 1 in [rotation.order(is_available=(True, True), in_flight=(0, 0))[0] for _ in range(1001)]


def test_with_nothing_but_weight_0_left_its_order_is_the_settings() -> None:
    rotation = Rotation(weights=(1, 0), concurrency=20)
    assert rotation.order(is_available=(False, True), in_flight=(0, 0)) == [0, 1]
