"""Where a damaged task is damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.protobuf.task_codec import ProtobufTaskCodec
from domain.email_task import EmailTask

CODEC = ProtobufTaskCodec()
BODY = CODEC.encode(EmailTask(to="ada@example.org", category="welcome", subject="You are in", first_name="Ada"))
# to: 2 + 15 bytes, category: 2 + 7, subject: 2 + 10, first_name: 2 + 3.
SUBJECT = (26, 38)


def test_a_whole_task_has_no_damage() -> None:
    assert CODEC.locate_damage(BODY) is None
    assert CODEC.locate_damage(b"") is None


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (BODY[:-1], (38, len(BODY) - 1)),
        (BODY[:27], (26, 27)),
        (BODY[:30] + b"\x07" + BODY[31:], SUBJECT),
        (BODY[:30] + b"\xff" + BODY[31:], SUBJECT),
        (BODY + b"\x0a\x01a", (len(BODY), len(BODY) + 3)),
        (b"\x07\x07\x07", (0, 3)),
        (b"\xff" * 20, (0, 20)),
    ],
)
def test_the_damaged_field_is_found(body: bytes, place: tuple[int, int]) -> None:
    assert CODEC.locate_damage(body) == place


@given(body=st.binary(max_size=60))
def test_what_is_not_damaged_before_the_place_is_a_task_up_to_there(body: bytes) -> None:
    place = CODEC.locate_damage(body)
    if place is None:
        assert CODEC.locate_damage(body) is None
        return
    begin, end = place
    assert 0 <= begin < end <= len(body)
    assert CODEC.locate_damage(body[:begin]) is None


def test_many_fields_are_searched_quickly() -> None:
    """A search that checked each beginning would take minutes."""
    body = b"\x98\x06\x01" * 30_000 + b"\x0a"
    assert CODEC.locate_damage(body) == (90_000, 90_001)
