"""Damage to real tasks: refused, or read exactly as Google reads the same bytes; never mailed to somebody else."""

import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind
from tests.unit.adapters.protobuf.google_oracle import GoogleParser
from tests.unit.adapters.protobuf.real_tasks import MINIMAL, NEWER_PRODUCER, REAL_TASKS, field, varint

real_tasks = pytest.mark.parametrize("body", REAL_TASKS.values(), ids=REAL_TASKS)

_payloads = st.binary(max_size=12) | st.text(max_size=6).map(str.encode)
_values = st.one_of(
    st.integers(0, 2**64 - 1).map(varint),
    st.binary(min_size=4, max_size=8),
    _payloads.map(lambda data: varint(len(data)) + data),
    st.lists(st.tuples(st.integers(1, 7), _payloads), max_size=3).map(
        lambda parts: (inner := b"".join(field(*part) for part in parts)) and varint(len(inner)) + inner
    ),
)
_tag_soup = st.lists(st.builds(bytes.__add__, st.integers(0, 127).map(varint), _values), max_size=6).map(b"".join)


def _bit_flips(body: bytes) -> list[tuple[int, bytes]]:
    return [
        (place, bytes([*body[:place], body[place] ^ 1 << bit, *body[place + 1 :]]))
        for place in range(len(body))
        for bit in range(8)
    ]


def _accepted(codec: ProtobufTaskCodec, google: GoogleParser, body: bytes) -> EmailTask | None:
    """Decode a body; whatever is accepted must be what Google reads."""
    decoded = codec.decode(body)
    if not isinstance(decoded, DecodedTask):
        assert decoded.reason.kind in {FailureKind.BAD_WIRE, FailureKind.BAD_ATTACHMENT}
        return None
    assert decoded.task == google.parse(body)
    return decoded.task


@real_tasks
def test_a_whole_task_is_read_as_google_reads_it(body: bytes, codec: ProtobufTaskCodec, google: GoogleParser) -> None:
    task = _accepted(codec, google, body)
    assert task is not None
    assert task.missing_field() is None


@real_tasks
def test_a_cut_task_is_refused_or_ends_exactly_with_a_field(
    body: bytes, codec: ProtobufTaskCodec, google: GoogleParser
) -> None:
    whole = codec.decode(body)
    assert isinstance(whole, DecodedTask)
    passed = 0
    for size in range(len(body)):
        task = _accepted(codec, google, body[:size])
        if task is not None:
            passed += 1
            assert task.to in {whole.task.to, ""}, size
            assert task.subject in {whole.task.subject, ""}, size
            assert task.first_name in {whole.task.first_name, ""}, size
    # One place in front of each field. To a message without fields all of them are unknown, and can be counted.
    assert passed == len(UnknownFieldSet(Empty.FromString(body)))


@real_tasks
def test_a_task_with_a_flipped_bit_is_refused_or_read_as_google_reads_it(
    body: bytes, codec: ProtobufTaskCodec, google: GoogleParser
) -> None:
    whole = codec.decode(body)
    assert isinstance(whole, DecodedTask)
    address_bytes = range(2, 2 + len(whole.task.to.encode()))
    for place, flipped in _bit_flips(body):
        task = _accepted(codec, google, flipped)
        if task is None or task.missing_field():
            continue
        assert len(task.to.encode()) == len(address_bytes), place
        assert place in address_bytes or task.to == whole.task.to, place


def test_the_flip_that_the_order_of_fields_is_for_is_refused(codec: ProtobufTaskCodec, google: GoogleParser) -> None:
    """Google reads `ann@shop.se` from it, without a complaint."""
    flipped = NEWER_PRODUCER.replace(b"\x0a\x0dann", b"\x0a\x0bann")
    read = google.parse(flipped)
    assert read is not None
    assert read.to == "ann@shop.se"
    assert _accepted(codec, google, flipped) is None


@settings(deadline=None)  # an example is some 300 bodies
@given(local=st.text("abjpquxyz(*2:BJRZbj", min_size=1, max_size=20), tld=st.sampled_from(["sexy", "pl", "xyz", "px"]))
@example(local="ann", tld="sexy")
def test_no_flipped_bit_outside_the_address_changes_who_gets_the_mail(
    local: str, tld: str, codec: ProtobufTaskCodec
) -> None:
    """Letters that are well-formed fields when they are read as bytes of the message."""
    to = f"{local}@x.{tld}"
    body = field(1, to) + field(2, "Reminder") + field(3, "Tomorrow") + field(4, "Ann")
    for place, flipped in _bit_flips(body):
        if not 2 <= place < 2 + len(to):
            decoded = codec.decode(flipped)
            if isinstance(decoded, DecodedTask) and not decoded.task.missing_field():
                assert decoded.task.to == to


@given(body=st.binary(max_size=200))
def test_random_bytes_are_refused_or_read_as_google_reads_them(
    body: bytes, codec: ProtobufTaskCodec, google: GoogleParser
) -> None:
    _accepted(codec, google, body)
    _accepted(codec, google, MINIMAL + body)


@given(body=_tag_soup)
def test_random_fields_are_refused_or_read_as_google_reads_them(
    body: bytes, codec: ProtobufTaskCodec, google: GoogleParser
) -> None:
    _accepted(codec, google, body)


@given(
    body=st.sampled_from(list(REAL_TASKS.values())),
    cut=st.tuples(st.integers(0, 400), st.integers(0, 20)),
    inserted=st.binary(max_size=12),
)
def test_a_spliced_task_is_refused_or_read_as_google_reads_it(
    body: bytes, cut: tuple[int, int], inserted: bytes, codec: ProtobufTaskCodec, google: GoogleParser
) -> None:
    at, removed = cut
    _accepted(codec, google, body[:at] + inserted + body[at + removed :])
