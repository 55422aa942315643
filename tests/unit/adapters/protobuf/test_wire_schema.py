"""The table of the wire check says what email.proto says."""

from collections.abc import Mapping
from dataclasses import fields

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from adapters.protobuf.wire_schema import EMAIL_TASK, MAP_KEY, RETRY_COUNT, Kind, WireField
from domain.email_task import EmailTask
from tests.unit.adapters.protobuf.google_oracle import GoogleParser

_KINDS = {
    FieldDescriptor.TYPE_STRING: {Kind.LINE, Kind.TEXT},
    FieldDescriptor.TYPE_BYTES: {Kind.BYTES},
    FieldDescriptor.TYPE_MESSAGE: {Kind.MESSAGE, Kind.MAP},
    FieldDescriptor.TYPE_UINT32: {Kind.INTEGER},
    FieldDescriptor.TYPE_INT32: {Kind.INTEGER},
    FieldDescriptor.TYPE_INT64: {Kind.INTEGER},
}


def _assert_same(descriptor: Descriptor, table: Mapping[int, WireField]) -> None:
    names = {number: entry.name for number, entry in table.items()}
    assert names == {each.number: each.name for each in descriptor.fields}
    for each in descriptor.fields:
        entry = table[each.number]
        assert entry.kind in _KINDS[each.type], each.full_name
        assert entry.repeated == each.is_repeated, each.full_name
        if each.message_type:
            assert (entry.kind is Kind.MAP) == each.message_type.GetOptions().map_entry, each.full_name
            _assert_same(each.message_type, entry.fields)


def test_the_table_holds_every_field_of_the_schema_at_every_depth(google: GoogleParser) -> None:
    _assert_same(google.descriptor, EMAIL_TASK)


def test_the_numbers_that_the_check_knows_by_heart_are_right(google: GoogleParser) -> None:
    assert google.descriptor.fields_by_name["retry_count"].number == RETRY_COUNT
    params = google.descriptor.fields_by_name["params"].message_type
    assert params is not None
    assert params.fields_by_name["key"].number == MAP_KEY


def test_the_domain_has_every_field_of_the_schema(google: GoogleParser) -> None:
    assert {each.name for each in fields(EmailTask)} == set(google.descriptor.fields_by_name)


def test_fields_1_to_6_are_those_of_the_first_producer(google: GoogleParser) -> None:
    """They are fixed for ever: `to` 1, `category` 2, `subject` 3, `first_name` 4, `retry_count` 5, `created_at` 6."""
    first = [(each.number, each.name, each.type) for each in google.descriptor.fields if each.number <= 6]
    string, uint32, message = FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_MESSAGE
    assert google.descriptor.full_name == "email_system.EmailTask"
    assert sorted(first) == [
        (1, "to", string),
        (2, "category", string),
        (3, "subject", string),
        (4, "first_name", string),
        (5, "retry_count", uint32),
        (6, "created_at", message),
    ]
    created_at = google.descriptor.fields_by_name["created_at"].message_type
    assert created_at is not None
    assert created_at.full_name == "google.protobuf.Timestamp"
