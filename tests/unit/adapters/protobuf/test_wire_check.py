"""What the check of raw bytes refuses, why it says it does, and what it lets pass."""

import pytest

from adapters.protobuf.wire_check import WireDamage, check_task
from tests.unit.adapters.protobuf.google_oracle import GoogleParser
from tests.unit.adapters.protobuf.real_tasks import EVERY_FIELD, MINIMAL, PROTOBUFJS_7, REAL_TASKS, field, varint

_LONGEST_VARINT = b"\xff" * 9 + b"\x01"
_TIMESTAMP_FIELDS = {6: "created_at", 12: "send_at", 13: "expires_at"}
_LINES = {1: "to", 2: "category", 3: "subject", 4: "first_name", 7: "task_id", 9: "locale"}
_TICKET_LINES = {1: "code", 2: "event_name", 3: "venue", 6: "holder"}
# Every character that ends a line somewhere, and the ends of the ranges.
_CONTROLS = ["\0", "\t", "\n", "\v", "\f", "\r", "\x1b", "\x1f", "\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029"]

DAMAGE = {
    "a length beyond the end": (b"\x0a\x05abcd", "truncated"),
    "a length of 2**31": (b"\x0a" + varint(2**31) + b"abc", "truncated"),
    "a length of 2**32": (b"\x0a" + varint(2**32) + b"abc", "varint"),
    "a length of 2**64 - 1": (b"\x0a" + _LONGEST_VARINT + b"abc", "varint"),
    "a tag and nothing else": (b"\x0a", "truncated"),
    "half a tag": (b"\x80", "truncated"),
    "half a varint": (b"\x28\x80", "truncated"),
    "a field 0": (MINIMAL + b"\x02\x00", "field_number"),
    "a field 0 at the start": (b"\x00\x00" + MINIMAL, "field_number"),
    "a tag of six bytes": (b"\x8a\x80\x80\x80\x80\x00\x01t", "varint"),
    "a tag over 32 bits": (b"\x88\x80\x80\x80\x10\x01", "varint"),
    "a varint of 11 bytes": (MINIMAL + b"\x28" + b"\x80" * 10 + b"\x00", "varint"),
    "a varint over 64 bits": (MINIMAL + b"\x28" + b"\xff" * 9 + b"\x02", "varint"),
    "an unknown varint of 11 bytes": (MINIMAL + b"\xa0\x06" + b"\x80" * 10 + b"\x01", "varint"),
    "an unknown length beyond the end": (MINIMAL + b"\xa2\x06\x05abc", "truncated"),
    "an unknown fixed64 cut short": (MINIMAL + b"\xa1\x06" + b"\0" * 7, "truncated"),
    "an unknown fixed32 cut short": (MINIMAL + b"\xa5\x06" + b"\0" * 3, "truncated"),
    "an empty group": (MINIMAL + b"\xa3\x06\xa4\x06", "group"),
    "the end of a group": (MINIMAL + b"\xa4\x06", "group"),
    "wire type 6": (MINIMAL + b"\xa6\x06\x00", "wire_type"),
    "wire type 7": (MINIMAL + b"\xa7\x06\x00", "wire_type"),
    "`to` as a varint": (b"\x08\x01", "wire_type:to"),
    "`to` as fixed64": (b"\x09" + b"a" * 8, "wire_type:to"),
    "`to` as a group": (b"\x0b\x0c", "wire_type:to"),
    "`retry_count` with a length": (field(5, b"\x01"), "wire_type:retry_count"),
    "`created_at` as a varint": (field(6, 1760000000), "wire_type:created_at"),
    "seconds as fixed64": (field(6, b"\x09" + b"\0" * 8), "wire_type:created_at.seconds"),
    "`params` as a varint": (field(8, 1), "wire_type:params"),
    "a params value as a varint": (field(8, field(1, "seat") + field(2, 7)), "wire_type:params.value"),
    "content as a varint": (field(11, field(3, 7)), "wire_type:attachments.content"),
    "`to` twice": (field(1, "a@example.org") + MINIMAL, "duplicate:to"),
    "`created_at` twice": (field(6, b"") + field(6, b""), "duplicate:created_at"),
    "`ticket` twice": (field(10, b"") + field(10, b""), "duplicate:ticket"),
    "a holder twice": (field(10, field(6, "a") + field(6, "b")), "duplicate:ticket.holder"),
    "seconds twice": (field(12, field(1, 1) + field(1, 2)), "duplicate:send_at.seconds"),
    "a key twice": (
        field(8, field(1, "k") + field(2, "a")) + field(8, field(1, "k") + field(2, "b")),
        "duplicate:params",
    ),
    "no key and an empty key": (field(8, field(2, "a")) + field(8, field(1, "") + field(2, "b")), "duplicate:params"),
    "an unknown field in a map": (field(8, field(1, "k") + field(3, "new")), "unknown_field:params"),
    "a key twice in one entry": (field(8, field(1, "a") + field(1, "b")), "duplicate:params.key"),
    "`to` behind the subject": (field(3, "s") + field(1, "ada@example.org"), "field_order"),
    "a second `to` at the end": (MINIMAL + field(1, "eve@example.org"), "field_order"),
    "an unknown field in front": (field(100, "new") + MINIMAL, "field_order"),
    "nanos before seconds": (field(6, field(2, 1) + field(1, 1)), "field_order"),
    "a retry count of 2**32": (field(5, 2**32), "out_of_range:retry_count"),
    "a retry count of -1": (b"\x28" + _LONGEST_VARINT, "out_of_range:retry_count"),
    "the year 10000": (field(6, field(1, 253402300800)), "out_of_range:created_at.seconds"),
    "the year 0": (field(13, field(1, 2**64 - 62135596801)), "out_of_range:expires_at.seconds"),
    "nanos of 10**9": (field(6, field(2, 10**9)), "out_of_range:created_at.nanos"),
    "nanos of -1": (field(6, b"\x10" + _LONGEST_VARINT), "out_of_range:created_at.nanos"),
    "nanos of 2**32": (field(10, field(4, field(2, 2**32))), "out_of_range:ticket.start.nanos"),
    "half a character": (field(1, b"\xc3"), "not_utf8:to"),
    "an overlong slash": (field(3, b"\xc0\xaf"), "not_utf8:subject"),
    "a surrogate": (field(4, b"\xed\xa0\x80"), "not_utf8:first_name"),
    "beyond U+10FFFF": (field(8, field(1, b"\xf4\x90\x80\x80")), "not_utf8:params.key"),
    "latin-1 in a params value": (field(8, field(2, b"J\xf6rg")), "not_utf8:params.value"),
}


def _damage(body: bytes) -> str:
    with pytest.raises(WireDamage) as raised:
        check_task(body)
    return raised.value.detail


@pytest.mark.parametrize(("body", "detail"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_refused_with_a_constant_that_names_the_field(body: bytes, detail: str) -> None:
    assert _damage(body) == detail


@pytest.mark.parametrize("control", _CONTROLS, ids=ascii)
def test_no_control_character_reaches_a_header(control: str) -> None:
    text = f"a{control}b"
    for number, name in _LINES.items():
        assert _damage(field(number, text)) == f"control_character:{name}"
    for number, name in _TICKET_LINES.items():
        assert _damage(field(10, field(number, text))) == f"control_character:ticket.{name}"
    assert _damage(field(8, field(1, text))) == "control_character:params.key"
    assert _damage(field(11, field(1, text))) == "control_character:attachments.filename"
    assert _damage(field(11, field(2, text))) == "control_character:attachments.content_type"


@pytest.mark.parametrize("control", _CONTROLS, ids=ascii)
def test_a_params_value_holds_tabs_and_line_breaks_but_no_other_control(control: str) -> None:
    body = field(8, field(1, "note") + field(2, f"a{control}b"))
    if control in "\t\n\r":
        assert check_task(body) == body
    else:
        assert _damage(body) == "control_character:params.value"


@pytest.mark.parametrize("number", _TIMESTAMP_FIELDS)
@pytest.mark.parametrize(
    "moment",
    [b"", field(1, 2**64 - 62135596800), field(1, 253402300799) + field(2, 999_999_999), field(2, 0)],
    ids=["the epoch", "year 1", "year 9999", "explicit zero"],
)
def test_times_pass_up_to_the_ends_of_their_range(number: int, moment: bytes, google: GoogleParser) -> None:
    body = field(number, moment)
    assert check_task(body) == body
    assert google.parse(body) is not None


@pytest.mark.parametrize("body", REAL_TASKS.values(), ids=REAL_TASKS)
def test_what_real_encoders_write_passes(body: bytes) -> None:
    check_task(body)


@pytest.mark.parametrize(
    "unknown",
    [field(14, 1), field(99, "new"), b"\xa1\x06" + b"\0" * 8, b"\xa5\x06" + b"\0" * 4, field(2**29 - 1, b"\xff\n")],
    ids=["varint", "string", "fixed64", "fixed32", "largest number"],
)
def test_unknown_fields_of_a_newer_producer_pass_in_every_message(unknown: bytes) -> None:
    check_task(EVERY_FIELD + unknown + unknown)
    check_task(MINIMAL + field(6, unknown) + field(10, unknown) + field(11, unknown))


def test_a_length_in_more_bytes_than_it_needs_is_read_as_every_parser_reads_it(google: GoogleParser) -> None:
    body = b"\x0a\x81\x80\x80\x80\x00t"
    assert check_task(body) == body
    read = google.parse(body)
    assert read is not None
    assert read.to == "t"


def test_the_identity_is_the_body_without_the_retry_counter() -> None:
    without = PROTOBUFJS_7.replace(b"\x28\x00\x32", b"\x32")
    again = PROTOBUFJS_7.replace(b"\x28\x00\x32", b"\x28\xac\x02\x32")
    assert check_task(PROTOBUFJS_7) == check_task(again) == check_task(without) == without


def test_only_the_counter_of_the_task_itself_is_left_out_of_the_identity() -> None:
    """Number 5 means something else inside a ticket."""
    body = MINIMAL + field(10, field(5, field(1, 1)))
    assert check_task(body) == body
