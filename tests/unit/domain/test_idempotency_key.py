"""Which messages are one mail."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.idempotency_key import idempotency_key, message_id


def _key(
    *,
    header: str = "",
    task_id: str = "",
    has_created_at: bool = False,
    identity: bytes = b"identity",
    message_id: str = "",
    body: bytes = b"body",
) -> str:
    return idempotency_key(
        header=header,
        task_id=task_id,
        has_created_at=has_created_at,
        identity=identity,
        message_id=message_id,
        body=body,
        fresh="fresh",
    )


def test_the_header_of_our_own_copies_wins() -> None:
    assert _key(header="k-1", task_id="reg-1", has_created_at=True, message_id="m") == "k-1"


def test_a_task_id_is_the_key() -> None:
    assert _key(task_id="reg-4711:mail", has_created_at=True, message_id="m") == "reg-4711:mail"


def test_a_creation_time_makes_the_identity_the_key() -> None:
    assert _key(has_created_at=True, identity=b"abc", message_id="m") == sha256(b"abc").hexdigest()


def test_two_bodies_that_differ_only_in_their_retry_counter_have_one_key() -> None:
    """The codec takes the counter out of the identity; the bodies must not come in by another way."""
    first = _key(has_created_at=True, identity=b"abc", body=b"abc\x28\x00", message_id="m1")
    second = _key(has_created_at=True, identity=b"abc", body=b"abc\x28\x01", message_id="m2")
    assert first == second


def test_two_bodies_of_one_moment_that_differ_elsewhere_have_two_keys() -> None:
    assert _key(has_created_at=True, identity=b"abc") != _key(has_created_at=True, identity=b"abd")


def test_without_a_creation_time_the_message_id_tells_two_equal_bodies_apart() -> None:
    assert _key(message_id="m1") == _key(message_id="m1")
    assert _key(message_id="m1") != _key(message_id="m2")
    assert _key(message_id="m1", body=b"a") != _key(message_id="m1", body=b"b")


def test_the_border_between_message_id_and_body_counts() -> None:
    assert _key(message_id="ma", body=b"b") != _key(message_id="m", body=b"ab")


def test_equal_bodies_without_a_time_or_an_id_are_two_mails() -> None:
    assert _key() == "fresh"


@pytest.mark.parametrize(
    "text",
    ["ada@example.org", "a b", "a\r\nBcc: x", "-a", ".a", "ä", "\udcff", "a" * 129, " ", "a\n"],
    ids=ascii,
)
def test_a_key_that_is_not_plain_is_hashed(text: str) -> None:
    """No address can hide in a key, and every key fits into a header, a log line and a Message-ID."""
    for key in (_key(header=text), _key(task_id=text)):
        assert re.fullmatch("[0-9a-f]{64}", key)


@pytest.mark.parametrize("text", ["a", "A.b_c:d-9", "0" * 128])
def test_a_plain_key_stays_readable(text: str) -> None:
    assert _key(header=text) == _key(task_id=text) == text


@given(header=st.text(), task_id=st.text(), message_id=st.text(), has_created_at=st.booleans())
def test_every_key_is_short_and_plain(header: str, task_id: str, message_id: str, has_created_at: bool) -> None:
    key = _key(header=header, task_id=task_id, message_id=message_id, has_created_at=has_created_at)
    assert re.fullmatch("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", key)


def test_all_attempts_of_a_mail_share_a_message_id_and_no_other_mail_has_it() -> None:
    assert message_id("reg-1", domain="example.org") == message_id("reg-1", domain="example.org")
    assert message_id("reg-1", domain="example.org") != message_id("reg-2", domain="example.org")
    assert re.fullmatch(r"[0-9a-f]{32}@example\.org", message_id("reg-1", domain="example.org"))
