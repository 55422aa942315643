"""A cause is the same whoever the mail was for, and another one where it differs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cause_group import CauseGroup
from domain.failure_reason import FailureKind, FailureReason
from domain.reply import Reply

REFUSED = FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt")


def group(text: str, *, code: int = 550, reason: FailureReason = REFUSED, category: str = "welcome") -> CauseGroup:
    return CauseGroup.of(reason, Reply(code=code, text=text), category)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("5.1.1 <ada@example.org>: Recipient address rejected", "* recipient address rejected"),
        ("5.1.1 ada@example.org... User unknown", "* user unknown"),
        ("5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org", "client host * blocked using *"),
        ("4.7.0 Try again later, see https://example.com/x w12-2007abc", "try again later, see *"),
        ('5.2.1 mailbox "Ada Lovelace" is disabled', "mailbox * is disabled"),
        ("it doesn't exist, and can't", "it doesn't exist, and can't"),
        ("5.1.1 grace.hopper: no mailbox", "* no mailbox"),
        ("queued as 4Zabc\n second line", "queued as * second line"),
        ("5.1.1 \x1b[2Jgone", "*"),
        ("", ""),
    ],
)
def test_what_differs_from_mail_to_mail_is_left_out(text: str, normalised: str) -> None:
    assert group(text).text == normalised


@given(text=st.text() | st.from_regex(r"[a-z]+@[a-z]+\.org 4711 '[a-z ]+' <x>", fullmatch=True))
def test_no_reply_brings_an_address_a_number_or_a_control_character_into_a_group(text: str) -> None:
    found = group(text)
    assert not any(letter.isnumeric() or letter in '@<>"`' for letter in found.text)
    assert found.text.isprintable()
    assert re.fullmatch("[0-9a-f]{12}", found.id)


@given(name=st.from_regex(r"[a-z]{1,9}", fullmatch=True), number=st.integers(0))
def test_the_same_failure_of_other_mails_has_the_same_group(name: str, number: int) -> None:
    text = "5.1.1 <{}@example.org> no such user '{}' (id {})"
    assert group(text.format(name, name, number)).id == group(text.format("ada", "Ada L", 7)).id


def test_another_reason_code_text_or_category_is_another_group() -> None:
    groups = [
        group("5.1.1 no"),
        group("5.1.2 no"),
        group("5.1.1 yes"),
        group("5.1.1 no", code=551),
        group("5.1.1 no", category="ticket"),
        group("5.1.1 no", reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "data")),
        CauseGroup.of(REFUSED, None, "welcome"),
    ]
    assert len({each.id for each in groups}) == len(groups)


def test_a_group_has_its_id_for_ever() -> None:
    """Operators write it down, and two releases share a store."""
    assert group("5.1.1 <ada@example.org> no such user").id == "1db410ccdf32"
