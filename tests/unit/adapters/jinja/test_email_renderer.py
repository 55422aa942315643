"""What the renderer refuses, and how it says so."""

import asyncio
from pathlib import Path

import pytest

from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from domain.failure_reason import FailureKind, FailureReason
from tests.unit.adapters.jinja.mails import MANIFEST, THREAD, loaded, param, refusal, rendered, task, write

GO = MANIFEST + param("go")


@pytest.mark.parametrize(
    ("category", "detail"),
    [
        ("Newsletter", "Newsletter"),
        ("attendee_registration_successful", "attendee_registration_successful"),
        ("_layout", "_layout"),
        ("..", ".."),
        ("../../etc", ""),
        ("../Attendee_Registration_Successful", ""),
        ("Attendee_Registration_Successful/", ""),
        ("Attendee_Registration_Successful\n", ""),
        ("/etc/passwd", ""),
        ("Attendee_Registration_Successful\0", ""),
        ("ada@example.org", ""),
        ("{{7*7}}", ""),
        ("x" * 65, ""),
    ],
)
def test_an_unknown_category_is_refused_and_never_taken_for_a_path(category: str, detail: str) -> None:
    assert refusal(task(category=category)) == FailureReason(FailureKind.UNKNOWN_CATEGORY, detail)


@pytest.mark.parametrize("blank", ["", " ", "\u2003\n", "\u202e\u2069"])
def test_a_mail_without_a_name_to_greet_is_refused(blank: str) -> None:
    assert refusal(task(blank)) == FailureReason(FailureKind.MISSING, "first_name")


@pytest.mark.parametrize("params", [{}, {"code": ""}, {"code": " \n"}, {"code": "\u202e"}, {"Code": "42"}])
def test_a_required_param_that_is_absent_or_blank_is_named(tmp_path: Path, params: dict[str, str]) -> None:
    write(tmp_path / "code", manifest=MANIFEST + param("code"), html="<b>{{ params.code }}")

    assert refusal(task(**{"category": "code", **params}), tmp_path) == FailureReason(FailureKind.MISSING_PARAM, "code")
    assert rendered(task(category="code", code="42"), tmp_path).html == "<b>42"


def test_an_undefined_variable_at_run_time_is_a_template_error_at_its_line(tmp_path: Path) -> None:
    write(tmp_path / "bad", html="<p>\n{% if params.go == 'Ada' %}\n{{ nothing }}\n{% endif %}</p>", manifest=GO)

    reason = refusal(task(category="bad", go="Ada"), tmp_path)

    assert reason == FailureReason(FailureKind.TEMPLATE_ERROR, "UndefinedError bad/body.html.j2:3")


def test_an_error_tells_nothing_of_the_task(tmp_path: Path) -> None:
    """Jinja quotes the key that it did not find."""
    write(tmp_path / "bad", text="x{% if params.go != 'x' %}{{ params[params.go] }}{% endif %}", manifest=GO)

    reason = refusal(task(category="bad", go="Ada Lovelace"), tmp_path)

    assert reason == FailureReason(FailureKind.TEMPLATE_ERROR, "UndefinedError bad/body.txt.j2:1")


def test_an_error_in_a_shared_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "_shared").mkdir()
    (tmp_path / "_shared" / "part.j2").write_text("\n{{ 1 // params.n }}")
    write(
        tmp_path / "bad",
        html='<p>{% include "_shared/part.j2" %}',
        manifest=MANIFEST + param("n", "integer", sample="1"),
    )

    reason = refusal(task(category="bad", n="0"), tmp_path)

    assert reason == FailureReason(FailureKind.TEMPLATE_ERROR, "ZeroDivisionError _shared/part.j2:2")


@pytest.mark.parametrize("body", ["html", "text"])
def test_a_body_that_comes_out_blank_is_never_sent(tmp_path: Path, body: str) -> None:
    write(tmp_path / "blank", manifest=GO, **{body: " {% if params.go != 'hide' %}x{% endif %}\n "})

    reason = refusal(task(category="blank", go="hide"), tmp_path)

    assert reason == FailureReason(FailureKind.TEMPLATE_ERROR, "a body is blank")


@pytest.mark.parametrize(
    "expression", ["''.__class__.__mro__", "p.__init__.__globals__", "p.clear()", "event.__class__"]
)
def test_a_template_cannot_leave_its_sandbox(tmp_path: Path, expression: str) -> None:
    write(
        tmp_path / "bad",
        text=f"x{{% set p = params %}}{{% if p.go == 'y' %}}{{{{ {expression} }}}}{{% endif %}}",
        manifest=GO,
    )

    reason = refusal(task(category="bad", go="y"), tmp_path)

    assert reason == FailureReason(FailureKind.TEMPLATE_ERROR, "SecurityError bad/body.txt.j2:1")


def test_html_is_escaped_and_plain_text_is_not(tmp_path: Path) -> None:
    write(
        tmp_path / "esc",
        html="{{ params.x or '' }}<p>",
        text="{{ params.x }}",
        manifest=MANIFEST + param("x"),
    )

    email = rendered(task(category="esc", x="<&>"), tmp_path)

    assert (email.html, email.text) == ("&lt;&amp;&gt;<p>", "<&>")


def test_line_ends_in_plain_text_are_normalised(tmp_path: Path) -> None:
    write(tmp_path / "nl", text="a  \r\n{{ params.x }}\n\n\n\nz\n", manifest=MANIFEST + param("x"))

    assert rendered(task(category="nl", x="1\r\n2\r3\u20284"), tmp_path).text == "a\n1\n2\n3\n4\n\nz"


def test_the_same_task_gives_the_same_mail() -> None:
    renderer = loaded(event=EventDetails(date="14 March 2026"))

    assert asyncio.run(renderer.render(task())) == asyncio.run(renderer.render(task()))


def test_nothing_is_read_after_loading(tmp_path: Path) -> None:
    write(tmp_path / "gone", html='{% include "gone/part.j2" %}')
    (tmp_path / "gone" / "part.j2").write_text("<p>still here</p>")
    renderer = loaded(tmp_path)
    for file in (tmp_path / "gone").iterdir():
        file.unlink()

    assert "still here" in str(asyncio.run(renderer.render(task(category="gone"))))


async def test_rendering_before_loading_is_a_defect_rather_than_an_unknown_category() -> None:
    with pytest.raises(RuntimeError, match="load"):
        await JinjaEmailRenderer(templates_dir=None, event=EventDetails(), thread=THREAD).render(task())
