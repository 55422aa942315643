"""Params: declared, typed, and told apart where they are missing or wrong."""

from pathlib import Path

import pytest

from domain.email_task import EmailTask, Ticket
from domain.failure_reason import FailureKind, FailureReason
from tests.doubles.clock import START
from tests.unit.adapters.jinja.mails import MANIFEST, param, problems_of, refusal, rendered, task, write

KINDS = {
    "text": '"Row 7"', "integer": "30", "url": '"https://example.org"', "date": "2026-03-14",
    "datetime": "2026-03-14T10:00:00Z",
}  # fmt: skip
SHOWN = {
    "text": "{{ params.x }}", "integer": "{{ params.x + 1 }}", "url": "{{ params.x }}",
    "date": "{{ params.x.strftime('%d.%m.%Y') }}", "datetime": "{{ params.x.strftime('%H:%M %z') }}",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One category for each type, since reading templates takes longer than the tests do."""
    folder = tmp_path_factory.mktemp("templates")
    for kind, sample in KINDS.items():
        write(folder / kind, text=f"[{SHOWN[kind]}]", manifest=MANIFEST + param("x", kind, sample=sample))
    return folder


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("text", "Row 7\r\nseat \u202e12", "[Row 7\nseat 12]"),
        ("integer", "41", "[42]"),
        ("integer", " -7\n", "[-6]"),
        ("url", "https://example.org/#/reset?t=1", "[https://example.org/#/reset?t=1]"),
        ("date", "2028-02-29", "[29.02.2028]"),
        ("datetime", "2026-03-14T10:00:00+01:00", "[10:00 +0100]"),
        ("datetime", "2026-03-14 10:00:00.123456789z", "[10:00 +0000]"),
    ],
)
def test_templates_get_values_of_the_declared_type(folder: Path, kind: str, value: str, shown: str) -> None:
    assert rendered(task(category=kind, x=value), folder).text == shown


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "4.5"), ("integer", "1e3"), ("integer", "0x10"), ("integer", "1_000"), ("integer", "٣"),
        ("integer", "9" * 19), ("integer", "\u202e1"), ("integer", "--1"), ("integer", "\u202e"),
        ("url", "http://example.org"), ("url", "javascript:alert(1)"), ("url", "https://"), ("url", "example.org"),
        ("url", 'https://example.org/" onclick="x'), ("url", "https://example.org/\nx"),
        ("date", "14.03.2026"), ("date", "2026-02-30"), ("date", "20260314"), ("date", "2026-W10-1"),
        ("date", "2026-03-14T10:00:00Z"),
        ("datetime", "2026-03-14"), ("datetime", "2026-03-14T10:00:00"), ("datetime", "2026-03-14T25:00:00Z"),
        ("datetime", "2026-03-14T10:00Z"), ("datetime", "tomorrow"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_the_params_name_and_never_told(
    folder: Path, kind: str, value: str
) -> None:
    reason = refusal(task(category=kind, x=value), folder)

    assert str(reason).startswith("bad_param:x is no ")
    assert value not in reason.detail.removeprefix("x is no ").partition(" as ")[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_one_is_not_there(folder: Path, kind: str, blank: str) -> None:
    assert refusal(task(category=kind, x=blank), folder) == FailureReason(FailureKind.MISSING_PARAM, "x")


def test_an_optional_one_that_is_blank_is_undefined_so_that_defaults_apply(tmp_path: Path) -> None:
    manifest = MANIFEST + param("n", "integer", sample="1", more="")
    write(tmp_path / "one", text="[{{ params.n | default(30) }}]", manifest=manifest)

    for params in ({}, {"n": " "}):
        assert rendered(task(category="one", **params), tmp_path).text == "[30]"


def test_params_that_nobody_declared_are_ignored(tmp_path: Path) -> None:
    """A new producer writes for an old template."""
    write(tmp_path / "one", text="{{ params | length }}")

    assert rendered(task(category="one", news="x", items="y"), tmp_path).text == "0"


def test_a_param_that_only_a_shared_file_reads_is_declared_by_each_category_that_uses_it(tmp_path: Path) -> None:
    (tmp_path / "_shared").mkdir()
    (tmp_path / "_shared" / "a.j2").write_text('{% include "_shared/b.j2" %}')
    (tmp_path / "_shared" / "b.j2").write_text("\n{{ params.seat | default('') }}")
    write(tmp_path / "one", html='<p>x{% include "_shared/a.j2" %}')
    write(tmp_path / "two", html='<p>x{% include "_shared/a.j2" %}', manifest=MANIFEST + param("seat"))

    assert problems_of(tmp_path) == ["_shared/b.j2:2: reads params.seat, which one/template.toml does not declare"]


TICKET = Ticket(code="T 1", event_name="Takeoff", venue="Hall 3", starts_at=START, ends_at=START, holder="Ada")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("code", "code"), ("event_name", "event_name"), ("venue", "venue"), ("holder", "holder"),
        ("start", "starts_at"), ("end", "ends_at"),
    ],
)  # fmt: skip
def test_a_field_of_the_ticket_can_be_required(tmp_path: Path, field: str, name: str) -> None:
    shown = f"{{{{ ticket.{field} }}}}"
    write(tmp_path / "one", text=shown, manifest=f'{MANIFEST}required = ["ticket.{field}"]')
    whole = EmailTask(category="one", subject="x", ticket=TICKET)

    assert rendered(whole, tmp_path).text == str(getattr(TICKET, name))
    for ticket in (None, Ticket(**{other: getattr(TICKET, other) for other in TICKET.__slots__ if other != name})):
        lacking = EmailTask(category="one", subject="x", ticket=ticket)
        assert refusal(lacking, tmp_path) == FailureReason(FailureKind.MISSING, f"ticket.{field}")


def test_without_a_ticket_its_fields_are_blank(tmp_path: Path) -> None:
    write(tmp_path / "one", text="x{% if ticket.code or ticket.start %}y{% endif %}")

    assert rendered(task(category="one"), tmp_path).text == "x"


def test_a_time_limit_needs_the_time_from_which_it_counts(tmp_path: Path) -> None:
    write(tmp_path / "one", manifest=f'{MANIFEST}expires_after = "30m"')

    assert refusal(task(category="one"), tmp_path) == FailureReason(FailureKind.MISSING, "created_at")
