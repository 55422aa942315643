"""What holds for every shipped mail, in every language, whatever is filled in."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.email_task import Ticket
from tests.unit.adapters.jinja.reading import Reading, read
from tests.unit.adapters.jinja.shipped_mails import (
    MAKERS,
    all_mails,
    event_for,
    html_of,
    least,
    text_of,
    typical,
)

MAILS = pytest.mark.parametrize(("category", "language"), all_mails())
CASES = pytest.mark.parametrize("case", MAKERS)
STARTS_AT = datetime(2026, 3, 14, 10, tzinfo=UTC)


def html_for(case: str, category: str, language: str) -> str:
    return html_of(MAKERS[case](category, language), event_for(case))


def reading_for(case: str, category: str, language: str) -> Reading:
    return read(html_for(case, category, language))


@MAILS
@CASES
def test_the_html_is_well_formed(category: str, language: str, case: str) -> None:
    assert html_for(case, category, language).startswith("<!DOCTYPE html>\n")
    assert reading_for(case, category, language).unbalanced == []


@MAILS
@CASES
def test_the_html_serves_screen_readers(category: str, language: str, case: str) -> None:
    tags = reading_for(case, category, language).tags
    direction = "rtl" if language == "ar" else "ltr"

    spoken = [attrs for tag, attrs in tags if tag == "html" or attrs.get("role") == "article"]
    assert [(attrs["lang"], attrs["dir"]) for attrs in spoken] == [(language, direction)] * 2
    assert {attrs.get("role") for tag, attrs in tags if tag == "table"} == {"presentation"}
    assert [tag for tag, _ in tags if tag in {"title", "h1"}] == ["title", "h1"]
    assert all(attrs.get("alt") for tag, attrs in tags if tag == "img")


@MAILS
@CASES
def test_nothing_is_loaded_from_anywhere(category: str, language: str, case: str) -> None:
    tags = reading_for(case, category, language).tags

    assert not {"link", "script", "form", "iframe", "base"} & {tag for tag, _ in tags}
    assert {attrs["src"] for tag, attrs in tags if tag == "img"} <= {"cid:qr.png"}
    for forbidden in ("http:", "data:", "url(", "@import", "@font-face"):
        assert forbidden not in html_for(case, category, language)


@MAILS
@CASES
def test_the_html_is_small(category: str, language: str, case: str) -> None:
    """Gmail clips a message at 102 kB."""
    assert len(html_for(case, category, language).encode()) < 20_000


@MAILS
@CASES
def test_the_plain_text_says_what_the_html_says(category: str, language: str, case: str) -> None:
    """Every sentence of it is there, apart from the letters' case; only text needs no second way to its links."""
    html, text = html_for(case, category, language), text_of(MAKERS[case](category, language), event_for(case))
    visible = read(html[html.index("</h1>") :]).text.replace("\xa0", " ").replace("’", "'")
    plain = " ".join(text.split()).lower()

    missing = [line for line in visible.split("\n") if " ".join(line.split()).strip(" .✓●").lower() not in plain]
    assert [line for line in missing if "button" not in line] == []
    assert "\n\n\n" not in text


def test_the_arabic_mail_has_no_english_left_in_it() -> None:
    """Blocks that it does not replace would be English."""
    reading = read(html_of(replace(typical("Attendee_Ticket", "ar"), params={"page_url": "https://example.org"})))
    values = {"TKF", "7Q4M", "92XA", "Open", "Source", "Nest", "invite", "ics", "QR", "UTC"}

    words = reading.text + " ".join(attrs.get("alt") or "" for _, attrs in reading.tags)
    assert set(re.findall(r"[A-Za-z0-9]*[A-Za-z]+[A-Za-z0-9]*", words)) <= values


@pytest.mark.parametrize(
    ("ends_at", "english", "arabic"),
    [
        (None, "Saturday, 14 March 2026, 10:00 UTC", "السبت، 14 مارس 2026، الساعة 10:00 بتوقيت UTC"),
        (STARTS_AT, "Saturday, 14 March 2026, 10:00 UTC", "السبت، 14 مارس 2026، الساعة 10:00 بتوقيت UTC"),
        (
            STARTS_AT + timedelta(hours=8),
            "Saturday, 14 March 2026, 10:00 to 18:00 UTC",
            "السبت، 14 مارس 2026، من الساعة 10:00 إلى الساعة 18:00 بتوقيت UTC",
        ),
        (
            STARTS_AT + timedelta(hours=24),
            "Saturday, 14 March 2026, 10:00 to Sunday, 15 March 2026, 10:00 UTC",
            "من السبت، 14 مارس 2026، الساعة 10:00 إلى الأحد، 15 مارس 2026، الساعة 10:00 بتوقيت UTC",
        ),
    ],
)
def test_times_are_written_as_the_language_does(ends_at: datetime | None, english: str, arabic: str) -> None:
    for language, words in (("en", english), ("ar", arabic)):
        ticket = Ticket(code="1", event_name="Takeoff", starts_at=STARTS_AT, ends_at=ends_at)
        task = replace(least("Attendee_Ticket", language), ticket=ticket)

        assert f": {words}\n" in text_of(task)
        assert words in read(html_of(task)).text
