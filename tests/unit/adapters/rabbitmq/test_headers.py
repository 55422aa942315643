"""Headers of our copies: written for people and tools, read with suspicion."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import encode

from adapters.rabbitmq.headers import MailHeaders, letter_headers, read_headers, replay_headers, waiting_headers
from application.ports.ledger import ANY_FAILURE, NO_FAILURE
from domain.reply import Reply
from tests.contracts.message_stage import LETTER

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
DUE = NOW + timedelta(seconds=30)


def test_a_waiting_copy_says_key_attempts_and_due_time() -> None:
    assert waiting_headers({}, key="key-7", attempts=2, due=DUE, rung_ms=16_000) == {
        "x-mail-key": "key-7",
        "x-mail-attempt": 2,
        "x-mail-due": "2027-03-01T12:00:30.000+00:00",
        "x-mail-rung": 16_000,
    }


def test_a_letter_tells_the_whole_story() -> None:
    assert letter_headers({}, LETTER) == {
        "x-mail-key": "key-7",
        "x-mail-reason": "refused_permanently:rcpt",
        "x-mail-reply": "550 5.1.1 no such user ☹",
        "x-mail-relay": "mx.example.com:25",
        "x-mail-attempts": 3,
        "x-mail-failed-at": "2027-03-01T12:00:00.250+00:00",
    }


def test_a_letter_without_a_reply_has_an_empty_one() -> None:
    assert letter_headers({}, replace(LETTER, reply=None))["x-mail-reply"] == ""


def test_a_reply_is_cut_to_two_kilobytes_between_characters() -> None:
    header = letter_headers({}, replace(LETTER, reply=Reply(code=550, text="☹" * 10_000)))["x-mail-reply"]
    assert isinstance(header, str)
    assert header == "550 " + "☹" * ((2048 - 4) // 3)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_a_due_time_is_read_as_written_or_less_than_a_millisecond_later(due: datetime) -> None:
    if due.year > 9998:
        return
    headers = waiting_headers({}, key="key-7", attempts=1, due=due, rung_ms=16_000)
    read = read_headers(headers, now=due)
    assert read.due is not None
    assert timedelta(0) <= read.due - due < timedelta(milliseconds=1)


def test_what_was_written_is_read() -> None:
    written = waiting_headers({}, key="key-7", attempts=2, due=DUE, rung_ms=16_000)
    assert read_headers(written, now=NOW) == MailHeaders(key="key-7", attempts=2, due=DUE)


@pytest.mark.parametrize("header", ["x-mail-reason", "x-mail-failed-at"])
def test_a_letter_is_known_by_its_story(header: str) -> None:
    assert read_headers({header: "anything"}, now=NOW).revives == ANY_FAILURE
    assert read_headers(letter_headers({}, LETTER), now=NOW).revives == ANY_FAILURE


def test_a_copy_of_a_letter_is_a_mail_on_its_way_again() -> None:
    copy = waiting_headers(letter_headers({}, LETTER), key="key-7", attempts=1, due=DUE, rung_ms=16_000)
    assert read_headers(copy, now=NOW).revives == NO_FAILURE


@pytest.mark.parametrize("attempt", [-1, 1001, 2**62, "3", 3.0, True, None, [3], b"3"])
def test_an_attempt_that_is_no_small_number_is_none(attempt: Any) -> None:
    assert read_headers({"x-mail-attempt": attempt}, now=NOW).attempts == 0


@pytest.mark.parametrize(
    "due",
    [
        "soon",
        "",
        "2027-03-01T12:00:00",
        "2029-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        12,
        None,
        b"2027-03-01T12:00:00+00:00",
    ],
)
def test_a_due_time_that_is_none_or_over_a_year_ahead_is_ignored(due: Any) -> None:
    read = read_headers({"x-mail-due": due}, now=NOW)
    assert read.due is None or read.due < NOW


@pytest.mark.parametrize(
    ("left_s", "rung_ms", "waits_on"),
    [
        (15.9, 16_000, True),
        (16.1, 16_000, True),
        (32.1, 16_000, False),
        (86_400, 500, False),
        (86_400, 4_096_000, True),
        (86_400, "16000", True),
        (86_400, None, True),
        (86_400, True, True),
        (86_400, 7, True),
    ],
)
def test_a_copy_with_more_time_left_than_its_rung_leaves_is_due(left_s: float, rung_ms: Any, waits_on: bool) -> None:
    """F51: our clock was set back while it waited."""
    due = (NOW + timedelta(seconds=left_s)).isoformat()
    read = read_headers({"x-mail-due": due, "x-mail-rung": rung_ms}, now=NOW)
    assert (read.due is not None) is waits_on


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals()
    | st.datetimes()
    | st.just("v" * 20_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=200), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=200) | st.sampled_from(["x-mail-key", "x-mail-due", "x-death"]), VALUES))
def test_any_headers_are_read_and_any_copy_can_be_written_in_one_frame(headers: dict[str, Any]) -> None:
    read_headers(headers, now=NOW)
    for copy in (
        waiting_headers(headers, key="key-7", attempts=1, due=DUE, rung_ms=16_000),
        letter_headers(headers, LETTER),
    ):
        assert len(encode.field_table(copy)) < 64_000
        assert copy["x-mail-key"] == "key-7"


def test_foreign_headers_travel_on() -> None:
    foreign: dict[str, Any] = {"traceparent": "00-ab-cd-01", "x-tenant": 7, "nested": {"list": [1, "two"]}}
    assert foreign.items() <= letter_headers(foreign, LETTER).items()


def test_ours_the_brokers_and_routing_headers_do_not_travel_on() -> None:
    names = "x-mail-attempt x-mail-due x-mail-other x-death x-first-death-queue x-last-death-reason x-delivery-count"
    old = dict.fromkeys([*names.split(), "x-acquired-count", "CC", "BCC"], "old")
    assert letter_headers(old, LETTER) == letter_headers({}, LETTER)


def test_of_too_many_headers_the_largest_are_left_out() -> None:
    foreign = {"small": "v", "middle": "v" * 20_000, "large": "v" * 30_000}
    kept = set(waiting_headers(foreign, key="key-7", attempts=1, due=DUE, rung_ms=16_000))
    assert ("small" in kept, "middle" in kept, "large" in kept) == (True, True, False)


def test_a_replayed_letter_keeps_the_producers_headers_and_revives_its_mail() -> None:
    failed = letter_headers({"x-tenant": "a"}, LETTER)
    replayed = replay_headers(failed, key="reg-1", at=NOW, revives="0123456789abcdef" * 2)
    assert set(replayed) == {"x-tenant", "x-mail-key", "x-mail-replayed-at", "x-mail-revives"}
    read = read_headers(replayed, now=NOW)
    assert (read.key, read.attempts, read.due, read.revives) == ("reg-1", 0, None, "0123456789abcdef" * 2)


def test_a_tracers_headers_are_read_and_nothing_else_of_the_senders() -> None:
    headers: dict[str, Any] = {
        "traceparent": "00-a-b-01",
        "x-datadog-trace-id": 7,
        "baggage": "user=ada",
        "note": "hello",
    }
    assert read_headers(headers, now=NOW).trace.headers == {"traceparent": "00-a-b-01", "x-datadog-trace-id": "7"}


@pytest.mark.parametrize("value", ["x" * 513, b"bytes", None, ["a"], {"a": 1}, True])
def test_what_has_not_the_form_of_a_tracers_header_is_not_read(value: Any) -> None:
    assert read_headers({"traceparent": value}, now=NOW).trace.headers == {}


def test_a_copy_carries_the_trace_of_the_delivery_that_made_it() -> None:
    came, goes = {"traceparent": "00-a-b-01", "tracestate": "other=1"}, {"traceparent": "00-a-c-01"}
    expected = {"traceparent": "00-a-c-01", "tracestate": "other=1"}
    copy = waiting_headers(came, key="key-7", attempts=1, due=DUE, rung_ms=16_000, trace=goes)
    assert read_headers(copy, now=NOW).trace.headers == expected
    assert read_headers(letter_headers(came, LETTER, trace=goes), now=NOW).trace.headers == expected


def test_without_a_tracer_a_copy_and_a_replay_keep_what_the_message_came_with() -> None:
    came = {"traceparent": "00-a-b-01"}
    copy = waiting_headers(came, key="key-7", attempts=1, due=DUE, rung_ms=16_000)
    assert read_headers(copy, now=NOW).trace.headers == came
    assert read_headers(replay_headers(came, key="key-7", at=NOW, revives=""), now=NOW).trace.headers == came


@pytest.mark.parametrize("forged", ["*", "", "x" * 32, 7, ["0" * 32]])
def test_what_names_no_failure_revives_none(forged: Any) -> None:
    assert read_headers({"x-mail-replayed-at": "2027-03-01", "x-mail-revives": forged}, now=NOW).revives == NO_FAILURE
