"""Tasks in and out of their bytes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask, Undecodable
from domain.email_task import Attachment, EmailTask, Ticket
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import idempotency_key
from tests.unit.adapters.protobuf.google_oracle import GoogleParser
from tests.unit.adapters.protobuf.real_tasks import EVERY_FIELD, MINIMAL, PROTOBUFJS_7, PROTOBUFJS_8, field

EVERY_VALUE = EmailTask(
    to="ada.lovelace@example.org",
    category="Attendee_Registration_Successful",
    subject="You are registered for Takeoff",
    first_name="Ada",
    created_at=datetime(2025, 10, 9, 8, 53, 20, 123000, tzinfo=UTC),
    task_id="reg-4711:mail",
    params={"seat": "12 A", "note": "line one\nline two\ttab", "empty": ""},
    locale="de-AT",
    ticket=Ticket(
        code="TKT-4711",
        event_name="Takeoff 2026",
        venue="Messehalle 3",
        starts_at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
        ends_at=datetime(2026, 9, 21, 22, 33, 20, tzinfo=UTC),
        holder="Ada Lovelace",
    ),
    attachments=(
        Attachment(filename="ticket.pdf", content_type="application/pdf", content=b"%PDF-1.7\x00\xff"),
        Attachment(filename="a.txt", content_type="text/plain", content=b""),
    ),
    send_at=datetime(2025, 10, 9, 8, 55, tzinfo=UTC),
    expires_at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
)


def _read(codec: ProtobufTaskCodec, body: bytes) -> EmailTask:
    decoded = codec.decode(body)
    assert isinstance(decoded, DecodedTask), decoded
    return decoded.task


def test_every_field_of_a_producer_arrives(codec: ProtobufTaskCodec) -> None:
    assert _read(codec, EVERY_FIELD) == EVERY_VALUE


def test_both_ways_of_protobufjs_to_write_a_retry_count_of_zero_are_one_task(codec: ProtobufTaskCodec) -> None:
    first, second = codec.decode(PROTOBUFJS_7), codec.decode(PROTOBUFJS_8)
    assert PROTOBUFJS_7 != PROTOBUFJS_8
    assert first == second


def test_bodies_that_differ_only_in_field_5_have_one_key(codec: ProtobufTaskCodec) -> None:
    keys = set()
    for body in (PROTOBUFJS_7, PROTOBUFJS_8, PROTOBUFJS_7.replace(b"\x28\x00\x32", b"\x28\x03\x32")):
        decoded = codec.decode(body)
        assert isinstance(decoded, DecodedTask)
        keys.add(
            idempotency_key(
                header="",
                task_id=decoded.task.task_id,
                has_created_at=decoded.task.created_at is not None,
                identity=decoded.identity,
                message_id="",
                body=body,
                fresh="fresh",
            )
        )
    assert len(keys) == 1
    assert keys != {"fresh"}


def test_an_empty_body_is_an_empty_task(codec: ProtobufTaskCodec) -> None:
    """The rules for missing fields refuse it; the wire is intact."""
    assert codec.decode(b"") == DecodedTask(task=EmailTask(), identity=b"")


def test_an_empty_ticket_is_not_an_absent_one(codec: ProtobufTaskCodec) -> None:
    assert _read(codec, MINIMAL + field(10, b"")).ticket == Ticket()


def test_damage_is_bad_wire_with_its_detail(codec: ProtobufTaskCodec) -> None:
    assert codec.decode(b"\x0a\x05abc") == Undecodable(FailureReason(FailureKind.BAD_WIRE, "truncated"))


@pytest.mark.parametrize("body", [MINIMAL, b"\xff" * len(MINIMAL)], ids=["fine", "damaged"])
def test_a_body_over_the_limit_is_too_big_whatever_is_in_it(body: bytes) -> None:
    assert isinstance(ProtobufTaskCodec(max_bytes=len(MINIMAL)).decode(MINIMAL), DecodedTask)
    refused = ProtobufTaskCodec(max_bytes=len(MINIMAL) - 1).decode(body)
    assert refused == Undecodable(FailureReason(FailureKind.TOO_BIG))


def _with_attachment(filename: str, content_type: str) -> bytes:
    return MINIMAL + field(11, field(1, filename) + field(2, content_type) + field(3, b"x"))


@pytest.mark.parametrize(
    "filename",
    [
        "",
        " ",
        ".",
        "..",
        "a/b.txt",
        "/etc/passwd",
        "..\\a.txt",
        "C:\\a.txt",
        "a" * 201,
        "\u202efdp.exe",
        "a\u2066b.pdf",
    ],
)
def test_an_attachment_with_an_unsafe_filename_is_refused(codec: ProtobufTaskCodec, filename: str) -> None:
    refused = codec.decode(_with_attachment(filename, "text/plain"))
    assert refused == Undecodable(FailureReason(FailureKind.BAD_ATTACHMENT, "filename"))


@pytest.mark.parametrize(
    "filename", ["a", ".ics", "Ticket für Jörg (1).pdf", "билет.pdf", "a" * 200, 'say "hi"; x=1.txt']
)
def test_an_attachment_with_an_ordinary_filename_passes(codec: ProtobufTaskCodec, filename: str) -> None:
    assert _read(codec, _with_attachment(filename, "text/plain")).attachments[0].filename == filename


@pytest.mark.parametrize(
    "content_type",
    [
        *["", "text", "text/", "/plain", "text/plain/x", "text/plain; charset=utf-8", "text /plain", " text/plain"],
        *["text/plain ", "téxt/plain", "text/pl(ain", 'text/"plain"', "a" * 128 + "/plain"],
        *["message/rfc822", "MESSAGE/delivery-status", "multipart/mixed", "Multipart/Alternative"],
    ],
)
def test_an_attachment_that_is_not_one_file_of_a_named_type_is_refused(
    codec: ProtobufTaskCodec, content_type: str
) -> None:
    refused = codec.decode(_with_attachment("a.txt", content_type))
    assert refused == Undecodable(FailureReason(FailureKind.BAD_ATTACHMENT, "content_type"))


@pytest.mark.parametrize("content_type", ["text/calendar", "image/svg+xml", "application/vnd.apple.pkpass", "x-a/y_1"])
def test_an_attachment_of_an_ordinary_type_passes(codec: ProtobufTaskCodec, content_type: str) -> None:
    assert _read(codec, _with_attachment("a", content_type)).attachments[0].content_type == content_type


def test_the_second_attachment_is_checked_too(codec: ProtobufTaskCodec) -> None:
    second = field(11, field(1, "../a.txt") + field(2, "text/plain"))
    refused = codec.decode(_with_attachment("a.txt", "text/plain") + second)
    assert refused == Undecodable(FailureReason(FailureKind.BAD_ATTACHMENT, "filename"))


@pytest.mark.parametrize(
    "task", [EmailTask(), EVERY_VALUE, EmailTask(ticket=Ticket(), created_at=datetime.fromtimestamp(0, UTC))]
)
def test_what_is_encoded_decodes_to_the_same_task(
    codec: ProtobufTaskCodec, google: GoogleParser, task: EmailTask
) -> None:
    body = codec.encode(task)
    assert _read(codec, body) == task
    assert google.parse(body) == task


def test_a_time_of_another_zone_is_encoded_as_the_same_moment(codec: ProtobufTaskCodec) -> None:
    moment = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    read = _read(codec, codec.encode(EmailTask(created_at=moment))).created_at
    assert read is not None
    assert (read, read.utcoffset()) == (moment, timedelta(0))


@pytest.mark.parametrize(
    "task",
    [
        EmailTask(subject="a\r\nBcc: eve@example.org"),
        EmailTask(first_name="\ud800"),
        EmailTask(retry_count=2**32),
        EmailTask(retry_count=-1),
        EmailTask(created_at=datetime(2026, 1, 1)),  # noqa: DTZ001
        EmailTask(params={"a\n": ""}),
        EmailTask(attachments=(Attachment(filename="a/b", content_type="text/plain", content=b""),)),
        EmailTask(attachments=(Attachment(filename="a", content_type="text/plain", content=b"x" * 1_000_001),)),
    ],
)
def test_a_task_that_no_worker_would_take_is_not_encoded(codec: ProtobufTaskCodec, task: EmailTask) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        codec.encode(task)


_lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=8)
_moments = st.none() | st.datetimes(timezones=st.just(UTC))


@given(
    task=st.builds(
        EmailTask,
        to=_lines,
        category=_lines,
        subject=_lines,
        first_name=_lines,
        retry_count=st.integers(0, 2**32 - 1),
        created_at=_moments,
        task_id=_lines,
        params=st.dictionaries(_lines, _lines | st.just("a\n\tb"), max_size=3),
        locale=_lines,
        ticket=st.none() | st.builds(Ticket, code=_lines, starts_at=_moments, ends_at=_moments, holder=_lines),
        attachments=st.lists(
            st.builds(Attachment, filename=st.just("a"), content_type=st.just("a/b"), content=st.binary(max_size=9)),
            max_size=2,
        ).map(tuple),
        send_at=_moments,
        expires_at=_moments,
    )
)
def test_any_task_survives_encoding_and_google_reads_the_same(
    codec: ProtobufTaskCodec, google: GoogleParser, task: EmailTask
) -> None:
    body = codec.encode(task)
    assert _read(codec, body) == task == google.parse(body)
    recounted = codec.decode(codec.encode(replace(task, retry_count=7)))
    decoded = codec.decode(body)
    assert isinstance(decoded, DecodedTask)
    assert isinstance(recounted, DecodedTask)
    assert decoded.identity == recounted.identity
