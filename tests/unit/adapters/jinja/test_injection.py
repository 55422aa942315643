"""F63, F64: values of a task are data in every field of every mail: shown as they are, nothing around them changes."""

import email
import email.policy

import pytest

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
FACTS = ["event_name", "event_date", "event_venue", "event_organiser"]
EVERY_MAIL = pytest.mark.parametrize("shipped", all_shipped(), ids=str)


def structure(reading: Reading) -> list[tuple[str, list[str], str | None, str | None]]:
    return [(tag, list(attrs), attrs.get("style"), attrs.get("href")) for tag, attrs in reading.tags]


@EVERY_MAIL
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_shown_literally_wherever_a_plain_one_is_and_adds_no_markup(
    shipped: Shipped, value: str
) -> None:
    plain = {place: f"Plain{number}x" for number, place in enumerate(shipped.places)}
    usual = shipped.render(shipped.task(plain))
    usual_reading = read(usual.html)

    for place, word in plain.items():
        hostile = shipped.render(shipped.task(plain | {place: value}))
        reading = read(hostile.html)
        assert structure(reading) == structure(usual_reading)
        assert reading.unbalanced == []
        assert reading.text == usual_reading.text.replace(word, value)
        assert hostile.text == usual.text.replace(word, value)


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
