"""A letter as a line is the same letter, and a line that is none is refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import Action, AuditEntry, Deed
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import Letter, LetterContents, LetterRecord, LetterStatus
from domain.reply import Reply
from entrypoints.hospital.record_line import RecordInvalid, as_line, from_line

_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_times = st.datetimes(timezones=st.just(UTC))
_letters = st.builds(
    Letter,
    id=st.integers(1, 2**62),
    key=_texts,
    status=st.sampled_from(LetterStatus),
    reason=st.builds(FailureReason, st.sampled_from(FailureKind), _texts),
    reply=st.none() | st.builds(Reply, code=st.integers(200, 599), text=_texts),
    relay=_texts,
    attempts=st.integers(0, 99),
    failed_at=_times,
    admitted_at=_times,
    category=_texts,
    domain=_texts,
    group=st.just("0123456789ab"),
    returned=st.integers(0, 9),
    original=st.none() | st.integers(1, 9),
)
_deeds = st.builds(Deed, action=st.sampled_from(Action), by=_texts, text=_texts)
records = st.builds(
    LetterRecord,
    letter=_letters,
    contents=st.builds(LetterContents, body=st.binary(max_size=50), properties=st.just('{"headers": {"a": 1}}')),
    search_text=_texts,
    left_at=st.none() | _times,
    history=st.lists(st.builds(AuditEntry, at=_times, deed=_deeds), max_size=2).map(tuple),
)
KNOWN = LetterRecord(
    letter=Letter(
        id=1,
        key="m-1",
        status=LetterStatus.WAITING,
        reason=FailureReason(FailureKind.EXPIRED),
        reply=None,
        relay="",
        attempts=0,
        failed_at=datetime(2027, 3, 1, tzinfo=UTC),
        admitted_at=datetime(2027, 3, 1, tzinfo=UTC),
        category="",
        domain="",
        group="0123456789ab",
    ),
    contents=LetterContents(body=b"\x00\xff", properties='{"headers":{}}'),
    search_text="",
)


@given(record=records)
def test_a_letter_survives_the_way_out_and_in(record: LetterRecord) -> None:
    line = as_line(record)
    assert (line.count("\n"), line.isascii()) == (0, True)
    assert from_line(line) == record


@pytest.mark.parametrize(
    "damage",
    [
        lambda fields: fields.pop("key"),
        lambda fields: fields.update(status="dead"),
        lambda fields: fields.update(reason="bad luck"),
        lambda fields: fields.update(body_base64="!"),
        lambda fields: fields.update(failed_at="2027-03-01T12:00:00"),
        lambda fields: fields.update(key=7),
        lambda fields: fields.update(key="k" * 129),
        lambda fields: fields.update(properties="{}"),
        lambda fields: fields.update(history=[{}]),
        lambda fields: fields.update(reply="550 no"),
    ],
)
def test_a_line_that_is_no_letter_is_refused(damage: Callable[[dict[str, Any]], object]) -> None:
    fields = json.loads(as_line(KNOWN))
    damage(fields)
    with pytest.raises(RecordInvalid):
        from_line(json.dumps(fields))


@pytest.mark.parametrize("line", ["", "[]", "7", "not json"])
def test_what_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(RecordInvalid):
        from_line(line)
