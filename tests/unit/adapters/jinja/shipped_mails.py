"""The shipped mails, of typical values, of the least and of the most that a task can hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import adapters.jinja
from adapters.jinja.event_details import EventDetails
from domain.email_task import EmailTask, Ticket
from tests.unit.adapters.jinja.mails import rendered

TEMPLATES = Path(adapters.jinja.__file__).parent / "templates"
EVENT = EventDetails(
    date="Saturday, 14 March 2026, 10:00", venue="Kulturbrauerei, Hall 3, Berlin", url="https://example.org/takeoff"
)
_SPRAWLING = EventDetails(name="T" * 80, organiser="O" * 80, date="D" * 80, venue="V" * 200, url="https://example.org/")
_STARTS_AT, _ENDS_AT = datetime(2026, 3, 14, 10, tzinfo=UTC), datetime(2026, 3, 15, 18, tzinfo=UTC)
_TICKETS = {
    "en": Ticket(
        code="TKF-7Q4M-92XA",
        event_name="Takeoff",
        venue="Kulturbrauerei, Hall 3, Berlin",
        starts_at=_STARTS_AT,
        ends_at=_STARTS_AT.replace(hour=18),
        holder="Ada Lovelace",
    ),
    "ar": Ticket(
        code="TKF-7Q4M-92XA",
        event_name="ملتقى الإقلاع",
        venue="قصر الثقافة، القاعة 3",
        starts_at=_STARTS_AT,
        ends_at=_STARTS_AT.replace(hour=18),
        holder="ليلى حداد",
    ),
}
_FIRST_NAMES = {"en": "Ada", "ar": "ليلى"}
# In Arabic nobody wants the English samples of these.
_ENGLISH_SAMPLES = {"when", "seat"}


def manifests() -> Mapping[str, Mapping[str, Any]]:
    """Read each shipped category's manifest."""
    return {
        file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in TEMPLATES.glob("*/template.toml")
    }


def all_mails() -> list[tuple[str, str]]:
    """Name each category with each of its languages."""
    return [
        (category, language)
        for category, manifest in sorted(manifests().items())
        for language in manifest.get("languages", ["en"])
    ]


def typical(category: str, language: str) -> EmailTask:
    """Make a task of the samples, in the words of one language."""
    samples = {name: str(param["sample"]) for name, param in manifests()[category].get("params", {}).items()}
    return EmailTask(
        category=category,
        subject="Cloakroom closes at 22:00",
        first_name=_FIRST_NAMES[language],
        created_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        locale=language,
        params={name: text for name, text in samples.items() if language == "en" or name not in _ENGLISH_SAMPLES},
        ticket=_TICKETS[language],
    )


def least(category: str, language: str) -> EmailTask:
    """Make a task of what is required only; its code is one that an Arabic line would turn around."""
    manifest, task = manifests()[category], typical(category, language)
    required = {name for name, param in manifest.get("params", {}).items() if param.get("required")}
    return replace(
        task,
        first_name=task.first_name if "first_name" in manifest.get("required", []) else "",
        params={name: text for name, text in task.params.items() if name in required},
        ticket=Ticket(code="(123)-45.", event_name=_TICKETS[language].event_name, starts_at=_STARTS_AT),
    )


def most(category: str, language: str) -> EmailTask:
    """Make a task of endless words and long lists."""
    task = typical(category, language)
    lengthened = {
        "reset_url": "https://example.org/" + "t" * 400,
        "changes": "\n\nالموعد الجديد 11:00.\n" + "C" * 90,
        "message": "one\n two\n\n \n\n" + "M" * 200 + "\n\nمرحبا، 123.",
        "details": "https://example.org/" + "d" * 120 + "\n\nأهلا بكم 3.",
        "seat": "S" * 60,
    }
    printable = "".join(map(chr, range(0x21, 0x7F)))
    return replace(
        task,
        subject="S" * 150,
        first_name="W" * 80,
        params={name: lengthened.get(name, text) for name, text in task.params.items() if name != "when"},
        ticket=Ticket(
            code=printable * 2,
            event_name="E" * 80,
            venue="V" * 200,
            starts_at=_STARTS_AT,
            ends_at=_ENDS_AT,
            holder="محمد عبد الرحمن " * 5,
        ),
    )


MAKERS = {"typical": typical, "least": least, "most": most}


def event_for(case: str) -> EventDetails:
    """Choose the settings that go with a case."""
    return {"typical": EVENT, "least": EventDetails(), "most": _SPRAWLING}[case]


def html_of(task: EmailTask, event: EventDetails = EVENT) -> str:
    """Render a task's HTML."""
    return rendered(task, event=event).html


def text_of(task: EmailTask, event: EventDetails = EVENT) -> str:
    """Render a task's plain text."""
    return rendered(task, event=event).text
