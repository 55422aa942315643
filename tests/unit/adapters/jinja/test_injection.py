"""F63, F64: values of a task are data in every field of every mail: shown as they are, nothing around them changes."""

import email
import email.policy
from collections.abc import Mapping
from email.message import Message

import pytest
from icalendar import Calendar

from adapters.smtp.mime import compose
from tests.unit.adapters.jinja.mails import rendered, task
from tests.unit.adapters.jinja.reading import Reading, read
from tests.unit.adapters.jinja.shipped import Shipped, all_shipped

HOSTILE = [
    "{{7*7}}",
    "{{ ''.__class__.__mro__ }}",
    "{% include '/etc/passwd' %}",
    "{# x #}",
    "<script>alert(1)</script>",
    "</td></tr></table>",
    "</title><script>",
    "--><!--",
    "<![endif]-->",
    '" onmouseover="alert(1)',
    "' style='position:fixed",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "<a href=https://evil.example>here</a>",
    "<img src=x onerror=alert(1)>",
    "%s%n\\n",
]
# What a line of a mail must not be taken for (RFC 5321 4.5.2, smuggling), and lines longer than any (4.5.3.1.6).
LINES = [".", "..", "a\n.\nb", "a\r\n.\r\nb", "a\r.\rb", "\n.\r\nMAIL FROM:<x@example.org>\n", "From x", "x" * 5000]
# What could be taken for a header, for the end of a part, or for a property of the calendar entry.
HEADS = [
    *(
        f"x{line_break}Bcc: x@evil.example"
        for line_break in ("\r\n", "\n", "\r", "\u2028", "\u0085", "\r\n ", "%0d%0a")
    ),
    "x\r\n\r\n<p>x</p>",
    "=?utf-8?q?x=0ABcc:_x@evil.example?=",
    "\r\n--alt-0\r\nContent-Type: text/html\r\n\r\n<script>",
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTACH:https://evil.example\r\n",
    '";X-EVIL="x:x;y,z\\N',
]
WORD = "Plainx"
FACTS = ["event_name", "event_date", "event_venue", "event_organiser"]
EVERY_MAIL = pytest.mark.parametrize("shipped", all_shipped(), ids=str)


def structure(reading: Reading) -> list[tuple[str, list[str], str | None, str | None]]:
    return [(tag, list(attrs), attrs.get("style"), attrs.get("href")) for tag, attrs in reading.tags]


@EVERY_MAIL
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_shown_literally_wherever_a_plain_one_is_and_adds_no_markup(
    shipped: Shipped, value: str
) -> None:
    usual = shipped.render(shipped.task(dict.fromkeys(shipped.places, WORD)))
    usual_reading = read(usual.html)

    hostile = shipped.render(shipped.task(dict.fromkeys(shipped.places, value)))

    reading = read(hostile.html)
    assert structure(reading) == structure(usual_reading)
    assert reading.unbalanced == []
    assert reading.text == usual_reading.text.replace(WORD, value)
    assert hostile.text == usual.text.replace(WORD, value)


@EVERY_MAIL
def test_every_value_that_a_text_shows_its_html_shows_and_the_other_way_round(shipped: Shipped) -> None:
    plain = {place: f"Plain{number}x" for number, place in enumerate(shipped.places)}
    mail = shipped.render(shipped.task(plain))

    in_html = {place for place, word in plain.items() if word in mail.html}
    assert in_html - {"subject"} == {place for place, word in plain.items() if word in mail.text} - {"subject"}
    assert in_html


@EVERY_MAIL
@pytest.mark.parametrize("value", LINES, ids=lambda value: repr(value[:12]))
def test_no_line_of_a_value_ends_or_changes_the_mail(shipped: Shipped, value: str) -> None:
    places = (
        [place for place in shipped.places if place.startswith("params.")]
        if "\n" in value or "\r" in value
        else shipped.places
    )
    mail = shipped.mail(shipped.task(dict.fromkeys(places, value) | {"ticket.code": "T-1", "subject": "x"}))

    message = compose(mail)

    assert b"\n." not in message
    assert not {b"\n", b"\r"} & set(message.replace(b"\r\n", b""))
    assert max(map(len, message.split(b"\r\n"))) <= 76 or mail.list_unsubscribe
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    for kind, body in (("html", mail.content.html), ("plain", mail.content.text)):
        part = parsed.get_body((kind,))
        assert part
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert content.decode().replace("\r\n", "\n").strip("\n") == body.strip("\n")


@EVERY_MAIL
@pytest.mark.parametrize("value", [*HOSTILE, *HEADS], ids=ascii)
def test_no_value_adds_a_header_a_part_or_a_line_to_the_calendar_entry(shipped: Shipped, value: str) -> None:
    usual = message_of(shipped, dict.fromkeys(shipped.places, "x"))

    hostile = message_of(shipped, dict.fromkeys(shipped.places, value))

    assert heads(hostile) == heads(usual)
    assert properties(hostile) == properties(usual)


def message_of(shipped: Shipped, values: Mapping[str, str]) -> Message:
    return email.message_from_bytes(compose(shipped.mail(shipped.task(values))))


def heads(message: Message) -> list[list[tuple[str, str]]]:
    """All headers of all parts, but for the subject."""
    assert message.get_all("To") == ["ada@example.org"]
    return [[(name, value) for name, value in part.items() if name != "Subject"] for part in message.walk()]


def properties(message: Message) -> list[list[str]]:
    """The names of all properties of the calendar entry, if there is one."""
    found = []
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            entry = part.get_payload(decode=True)
            assert isinstance(entry, bytes)
            found += [[str(component.name), *component] for component in Calendar.from_ical(entry).walk()]
    return found


@pytest.mark.parametrize("control", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
@EVERY_MAIL
def test_characters_that_turn_text_around_are_stripped(shipped: Shipped, control: str) -> None:
    places = dict.fromkeys(shipped.places, f"{control}Zoë{control}")
    mail = shipped.render(shipped.task(places))

    for body in (mail.html, mail.text):
        assert control not in body
        assert "Zoë" in body


@pytest.mark.parametrize("place", FACTS)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\n\n"])
def test_a_line_break_in_a_fact_adds_no_line(place: str, line_break: str) -> None:
    broken = rendered(task(**{"first_name": "Ada", place: f"one{line_break}two"}))

    assert broken == rendered(task(**{"first_name": "Ada", place: "one two"}))


@pytest.mark.parametrize("name", ["محمد", "שרה", "👩🏽‍🚀", "W" * 80, "O'Brien", "Zoë", "李"])
def test_names_of_every_kind_are_shown_as_written(name: str) -> None:
    mail = rendered(task(name))

    assert f"Hi {name}," in read(mail.html).text
    assert f"Hi {name}," in mail.text
