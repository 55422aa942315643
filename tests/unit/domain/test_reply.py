"""What a reply's code and text say about trying again."""

import pytest

from domain.reply import Reply


@pytest.mark.parametrize(
    ("code", "text", "permanent"),
    [
        (550, "5.1.1 no such user", True),
        (554, "", True),
        (599, "whatever", True),
        (450, "4.2.0 greylisted", False),
        (250, "ok", False),
        (552, "5.2.2 mailbox full", False),
        (503, "5.5.1 bad sequence of commands", False),
        (550, "5.7.1 Rate limit exceeded", False),
        (554, "5.7.0 too many messages from you", False),
        (550, "5.7.1 please try again later", False),
        (-1, "garbled", False),
    ],
)
def test_only_5yz_less_what_passes_with_time_is_permanent(code: int, text: str, permanent: bool) -> None:
    assert Reply(code=code, text=text).is_permanent is permanent


@pytest.mark.parametrize(("code", "positive"), [(199, False), (200, True), (250, True), (299, True), (300, False)])
def test_any_2yz_is_positive(code: int, positive: bool) -> None:
    assert Reply(code=code).is_positive is positive


@pytest.mark.parametrize(
    ("text", "enhanced_code"),
    [("5.1.1 no such user", "5.1.1"), ("4.7.650", "4.7.650"), ("no such user", None), ("5.1 x", None), ("", None)],
)
def test_the_enhanced_code_opens_the_text(text: str, enhanced_code: str | None) -> None:
    assert Reply(code=550, text=text).enhanced_code == enhanced_code


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("4.7.1 greylisted, try again in 300 seconds", 300),
        ("please retry after 5 minutes", 300),
        ("Try again in 2 hours", 7200),
        ("try again in 45s", 45),
        ("try again later", None),
        ("try again in a moment", None),
        ("4.2.1 busy", None),
    ],
)
def test_a_wait_that_the_text_asks_for_is_read_in_seconds(text: str, wait_s: float | None) -> None:
    assert Reply(code=450, text=text).retry_after_s == wait_s


def test_a_reply_reads_as_the_relay_sent_it() -> None:
    assert str(Reply(code=550, text="5.1.1 no such user")) == "550 5.1.1 no such user"
    assert str(Reply(code=250)) == "250"


@pytest.mark.parametrize(
    ("code", "text", "asks_for_less"),
    [
        (421, "4.7.0 try again", True),
        (454, "Throttling failure: Maximum sending rate exceeded.", True),
        (450, "4.2.1 The user you are trying to contact is receiving mail too quickly", True),
        (451, "4.7.500 Server busy. Rate limit exceeded", True),
        (550, "5.7.1 sending rate too high", True),
        (451, "4.7.1 greylisted", False),
        (550, "5.1.1 no such user", False),
        (250, "2.0.0 rate limit fine", False),
    ],
)
def test_what_a_relay_finds_too_much_is_told_from_what_is_wrong_with_a_mail(
    code: int, text: str, *, asks_for_less: bool
) -> None:
    assert Reply(code=code, text=text).asks_for_less is asks_for_less
