"""Frames that RabbitMQ passes on and that pamqp alone cannot read."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import commands, decode, frame
from pamqp.header import ContentHeader

from adapters.rabbitmq import library_repairs

# AMQP 0-9-1 4.2.6.1: bits of the property flags.
CONTENT_TYPE, HEADERS, TIMESTAMP, APP_ID = 1 << 15, 1 << 13, 1 << 6, 1 << 3


@pytest.fixture(autouse=True)
def _repaired() -> Iterator[None]:
    """Put the library back as it was, so that no test depends on another's repair."""
    methods, table, answers = (
        dict(decode.METHODS),
        dict(decode.TABLE_MAPPING),
        commands.Connection.Open.valid_responses,
    )
    library_repairs.install()
    yield
    decode.METHODS.update(methods)
    decode.TABLE_MAPPING.update(table)
    commands.Connection.Open.valid_responses = answers


def properties_of(flags: int, payload: bytes) -> commands.Basic.Properties:
    """Read a content header frame (AMQP 0-9-1 4.2.6.1)."""
    content = struct.pack(">HHQH", 60, 0, 0, flags) + payload
    _, _, header = frame.unmarshal(struct.pack(">BHI", 2, 1, len(content)) + content + b"\xce")
    assert isinstance(header, ContentHeader)
    return header.properties


def short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def table(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def test_text_that_is_not_utf8_loses_its_odd_bytes_only() -> None:
    read = properties_of(CONTENT_TYPE | APP_ID, short(b"caf\xe9") + short(b"api"))
    assert (read.content_type, read.app_id) == ("caf", "api")


@pytest.mark.parametrize("seconds", [1_700_000_000_000_000, 2**63, 2**64 - 1])
def test_a_time_beyond_the_calendar_is_left_out(seconds: int) -> None:
    read = properties_of(TIMESTAMP | APP_ID, struct.pack(">Q", seconds) + short(b"api"))
    assert (read.timestamp, read.app_id) == (None, "api")


@pytest.mark.parametrize(
    "content",
    [short(b"\xff\xfe") + b"I\0\0\0\1", short(b"a") + b"?", short(b"a") + b"S\0\0\0\xffshort"],
    ids=["name that is no text", "unknown type", "length beyond the table"],
)
def test_headers_that_cannot_be_read_are_left_out(content: bytes) -> None:
    read = properties_of(HEADERS | APP_ID, table(content) + short(b"api"))
    assert read.app_id == "api"


def test_headers_nested_deeper_than_the_stack_are_left_out() -> None:
    content = b""
    for _ in range(15_000):
        content = short(b"n") + b"F" + table(content)
    read = properties_of(HEADERS | APP_ID, table(content) + short(b"api"))
    assert read.app_id == "api"


def test_an_odd_time_in_a_header_costs_no_other_header() -> None:
    content = short(b"when") + b"T" + struct.pack(">Q", 2**63) + short(b"who") + b"S" + table(b"me")
    assert properties_of(HEADERS, table(content)).headers == {"when": None, "who": "me"}


@given(st.binary(max_size=200))
def test_no_content_of_a_table_ends_the_connection(content: bytes) -> None:
    read: Any = properties_of(HEADERS | APP_ID, table(content) + short(b"api"))
    assert read.app_id == "api"
