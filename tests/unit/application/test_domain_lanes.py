"""One slow domain leaves places for the others."""

from contextlib import ExitStack

import pytest

from application.use_cases.domain_lanes import DomainLanes


def test_a_domain_has_so_many_places_and_the_others_have_theirs() -> None:
    lanes = DomainLanes(width=2)
    with ExitStack() as under_way:
        assert under_way.enter_context(lanes.enter("a@slow.example"))
        assert under_way.enter_context(lanes.enter("b@SLOW.example "))
        assert not under_way.enter_context(lanes.enter("c@slow.example"))
        assert under_way.enter_context(lanes.enter("a@other.example"))
    with lanes.enter("c@slow.example") as is_free:
        assert is_free


def test_who_found_no_place_gives_none_back() -> None:
    lanes = DomainLanes(width=1)
    with lanes.enter("a@slow.example"):
        with lanes.enter("b@slow.example"):
            pass
        with lanes.enter("c@slow.example") as is_free:
            assert not is_free


def test_a_place_is_given_back_after_an_error() -> None:
    lanes = DomainLanes(width=1)
    with pytest.raises(ValueError, match="of ours"), lanes.enter("a@slow.example"):
        raise ValueError("of ours")
    with lanes.enter("a@slow.example") as is_free:
        assert is_free


def test_without_a_width_there_are_as_many_places_as_mails() -> None:
    lanes = DomainLanes(width=None)
    with ExitStack() as under_way:
        assert all(under_way.enter_context(lanes.enter("a@slow.example")) for _ in range(100))
