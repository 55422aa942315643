"""Gmail shows what is not too long."""

from adapters.jinja.html_rules.size import GMAIL_LIMIT_BYTES, clipped


def test_what_gmail_cuts_off_is_found_by_its_bytes() -> None:
    fits = "ä" * (GMAIL_LIMIT_BYTES // 2)

    assert list(clipped(fits)) == []
    assert [flaw.what for flaw in clipped(fits + "x")] == [
        "is 102,001 bytes of HTML, and Gmail cuts off what is over 102 kB"
    ]
