"""The mail that confirms a registration."""

import pytest

from adapters.jinja.event_details import EventDetails
from tests.unit.adapters.jinja.mails import rendered, task
from tests.unit.adapters.jinja.reading import read

DATE, VENUE = "14 March 2026", "Hall 3, Berlin"
WITHOUT_AND_WITH = pytest.mark.parametrize("event", [{}, {"date": DATE, "venue": VENUE, "url": "https://example.org"}])


def test_it_greets_by_first_name_and_confirms_the_registration_in_both_bodies() -> None:
    email = rendered(task("Grace"))

    for body in (read(email.html).text, email.text):
        assert "Hi Grace," in body
        assert "Your registration for Takeoff is confirmed." in body
        assert "Takeoff by Open Source Nest" in body
        assert "Just reply to this email" in body


def test_the_bodies_say_the_same() -> None:
    """Every sentence of the HTML is in the plain text too, apart from the letters' case."""
    email = rendered(task(), event=EventDetails(date=DATE, venue=VENUE, url="https://example.org"))
    visible = read(email.html[email.html.index("<h1") :]).text.replace("\xa0", " ").replace("’", "'")
    plain = " ".join(email.text.split()).lower()

    missing = [line for line in visible.split("\n") if line.strip(" .✓").lower() not in plain]
    assert missing == []


def test_date_and_venue_come_from_the_settings() -> None:
    email = rendered(task(), event=EventDetails(date=DATE, venue=VENUE))

    assert f"When: {DATE}\nWhere: {VENUE}\n" in email.text
    assert DATE in read(email.html).text
    assert VENUE in read(email.html).text


def test_params_go_before_the_settings_one_by_one() -> None:
    email = rendered(task(event_date="1 May 2027", event_name="Landing"), event=EventDetails(date=DATE, venue=VENUE))

    assert f"When: 1 May 2027\nWhere: {VENUE}\n" in email.text
    assert "Your registration for Landing is confirmed." in email.text
    for body in (email.html, email.text):
        assert "1 May 2027" in body
        assert DATE not in body
        assert "Takeoff" not in body


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u202e"])
def test_a_blank_param_leaves_the_settings_in_place(blank: str) -> None:
    assert f"When: {DATE}\n" in rendered(task(event_date=blank), event=EventDetails(date=DATE)).text


@pytest.mark.parametrize(
    ("known", "shown", "absent"),
    [({}, [], ["When", "Where"]), ({"date": DATE}, ["When"], ["Where"]), ({"venue": VENUE}, ["Where"], ["When"])],
)
def test_what_is_not_known_is_left_out_with_its_label(
    known: dict[str, str], shown: list[str], absent: list[str]
) -> None:
    email = rendered(task(), event=EventDetails(**known))

    for body in (read(email.html).text, email.text):
        assert [label for label in shown if label not in body] == []
        assert [label for label in absent if label in body] == []
    assert "\n\n\n" not in email.text
    assert ("border-top:2px dashed" in email.html) is bool(known)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("http://example.org", False),
        ("javascript:alert(1)", False),
        ("https://example.org/ onclick=x", False),
        (" data:text/html,x", False),
        ("//example.org", False),
        ("", False),
    ],
)
def test_only_an_https_page_is_linked(url: str, linked: bool) -> None:
    email = rendered(task(event_url=url))

    assert [attrs["href"] for tag, attrs in read(email.html).tags if tag == "a"] == ([url] if linked else [])
    assert ("Visit the event page" in email.text) is linked


@WITHOUT_AND_WITH
def test_the_html_is_well_formed(event: dict[str, str]) -> None:
    html = rendered(task(), event=EventDetails(**event)).html

    assert html.startswith("<!DOCTYPE html>\n")
    assert read(html).unbalanced == []


@WITHOUT_AND_WITH
def test_the_html_serves_screen_readers(event: dict[str, str]) -> None:
    tags = read(rendered(task(), event=EventDetails(**event)).html).tags

    html = next(attrs for tag, attrs in tags if tag == "html")
    assert (html["lang"], html["dir"]) == ("en", "ltr")
    assert {attrs.get("role") for tag, attrs in tags if tag == "table"} == {"presentation"}
    assert [tag for tag, _ in tags if tag in {"title", "h1", "h2", "h3"}] == ["title", "h1", "h2"]


@WITHOUT_AND_WITH
def test_nothing_is_loaded_from_anywhere(event: dict[str, str]) -> None:
    html = rendered(task(), event=EventDetails(**event)).html

    assert not {"img", "link", "script", "form", "iframe", "base"} & {tag for tag, _ in read(html).tags}
    for forbidden in ("http:", "data:", "url(", "@import", "@font-face"):
        assert forbidden not in html


@WITHOUT_AND_WITH
def test_gmail_shows_it_whole(event: dict[str, str]) -> None:
    """Gmail clips a message at 102 kB."""
    long_values = {f"event_{name}": "😀" * 200 for name in ("name", "date", "venue", "organiser")}

    assert len(rendered(task("😀" * 80, **long_values), event=EventDetails(**event)).html.encode()) < 102_000
