"""What `templates check` finds beyond what keeps the worker from starting, all at once."""

import shutil
from pathlib import Path

import pytest

from adapters.jinja.catalogue import read_catalogue
from adapters.jinja.folders import SHIPPED
from adapters.jinja.template_check import JinjaTemplateCheck
from application.ports.diagnosis import Finding, Severity
from tests.unit.adapters.jinja.mails import MANIFEST, THREAD, param, write, write_files
from tests.unit.adapters.jinja.shipped_mails import manifests

PAGE = '<html lang="{{ lang }}" dir="{{ dir }}"><p>Hello</p>'


async def found(templates_dir: Path | None) -> list[Finding]:
    return await JinjaTemplateCheck(templates_dir=templates_dir, thread=THREAD).examine()


async def unfit(templates_dir: Path) -> list[tuple[Severity, str]]:
    """What is found in a directory by itself."""
    check = JinjaTemplateCheck(templates_dir=templates_dir, thread=THREAD)
    findings = await check.findings_of(await read_catalogue(templates_dir, THREAD, shipped=None))
    assert all(finding.remedy for finding in findings if finding.severity is not Severity.OK)
    return [(one.severity, f"{one.subject}: {one.detail}") for one in findings if one.severity is not Severity.OK]


async def errors(templates_dir: Path) -> list[str]:
    problems = await unfit(templates_dir)
    assert {severity for severity, _ in problems} <= {Severity.ERROR}
    return [text for _, text in problems]


async def test_the_shipped_bundles_are_fit_for_readers() -> None:
    findings = await found(None)

    assert [finding.subject for finding in findings] == [f"template {category}" for category in sorted(manifests())]
    assert {finding.severity for finding in findings} == {Severity.OK}
    (ticket,) = (finding for finding in findings if finding.subject == "template Attendee_Ticket")
    assert ticket.detail.startswith("4 sample mails in en, ar, up to ")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("base.html.j2", "color:#2a3350;border", "color:#b0b4c0;border", "is #b0b4c0 on #ffffff: "),
        ("base.html.j2", "color:#dfe5f7", "color:#3a4573", "is #3a4573 on #1d2a5c: "),
        ("parts.html.j2", "font-weight:600;color:#5b6480", "color:#b5bac8", "is #b5bac8 on #fbf8f2: "),
        ("dark.j2", '"ink": "color:#f4f6fc"', '"ink": "color:#333a55"', "is #333a55 on #1b2440 in dark mode: "),
        ("dark.j2", '"card": "background-color:#141b30;', '"card": "', "is #d3d9ea on #ffffff in dark mode: "),
        ("base.html.j2", 'lang="{{ lang }}" dir', "dir", 'does not say the language of "'),
        ("parts.html.j2", "{{ url | https }}", "http://example.org", "links to http://example.org, which is not https"),
    ],
)
async def test_a_slip_in_the_shipped_layout_is_found_in_the_mails(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    shutil.copytree(SHIPPED / "_layout", tmp_path / "_layout")
    layout = tmp_path / "_layout" / file
    source = layout.read_text()
    assert old in source
    layout.write_text(source.replace(old, new))
    shutil.copytree(SHIPPED / "Event_Reminder", tmp_path / "Event_Reminder")

    assert any(told in error for error in await errors(tmp_path))


async def test_everything_is_told_at_once_with_its_file(tmp_path: Path) -> None:
    write(tmp_path / "a_link", html=f'{PAGE}<a href="http://example.org">x</a>')
    write(tmp_path / "b_faint", html=f'{PAGE}<p style="color:#aaaaaa">Hi')
    write(tmp_path / "c_alt", html=f'{PAGE}<img src="data:image/gif;base64,R0">')
    write(tmp_path / "d_long", html=PAGE + "{{ 'y' * 102000 }}")
    write(tmp_path / "e_lang", html="<p>Hello")
    write(tmp_path / "f_text", html=PAGE, text="See http://example.org")
    write(tmp_path / "g_load", html="{{ nothing }}")
    write(tmp_path / "h_good", html=PAGE)

    assert await errors(tmp_path) == [
        "g_load/body.html.j2:1: UndefinedError: 'nothing' is undefined",
        "a_link/body.html.j2: links to http://example.org, which is not https",
        'b_faint/body.html.j2: "Hi" is #aaaaaa on #ffffff: a contrast of 2.32',
        "c_alt/body.html.j2: shows data:image/gif;base64,R0, and Gmail and Outlook drop data: URIs",
        "c_alt/body.html.j2: shows data:image/gif;base64,R0 without an alt text",
        "d_long/body.html.j2: is 102,038 bytes of HTML, and Gmail cuts off what is over 102 kB",
        'e_lang/body.html.j2: does not say the language of "Hello"',
        "f_text/body.txt.j2: links to http://example.org, which is not https",
    ]


async def test_each_language_is_looked_at_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path / "one", html=PAGE, manifest=f'{MANIFEST}languages = ["en", "ar"]')
    write_files(tmp_path / "one", {"body.ar.html.j2": '<html lang="en" dir="ltr">x<p style="color:#eee">y'})

    assert await errors(tmp_path) == [
        'one/body.ar.html.j2: "y" is #eeeeee on #ffffff: a contrast of 1.16',
        "one/body.ar.html.j2: says that it is in en, and it is the body for ar",
    ]


async def test_what_only_the_least_task_shows_is_found(tmp_path: Path) -> None:
    html = f'{PAGE}<a href="{{{{ params.page | default("") | https }}}}">x</a>'
    write(tmp_path / "one", html=html, manifest=MANIFEST + param("page", "url", sample='"https://x.org"', more=""))

    assert await errors(tmp_path) == ["one/body.html.j2: has a link that leads nowhere"]


async def test_a_mail_that_the_renderer_refuses_as_a_whole_is_found(tmp_path: Path) -> None:
    """Each body is small enough by itself, and both together are not."""
    write(tmp_path / "one", html=PAGE + "{{ 'x' * 600000 }}", text="{{ 'x' * 600000 }}")

    (error,) = await errors(tmp_path)
    assert error.startswith("one/template.toml: with the samples, a mail is refused: render_too_big")


async def test_a_param_that_nothing_reads_is_a_warning(tmp_path: Path) -> None:
    manifest = MANIFEST + param("seat") + param("row")
    write(tmp_path / "one", html=PAGE, text="{{ params.row }}", manifest=manifest)

    assert await unfit(tmp_path) == [
        (Severity.WARNING, "one/template.toml: declares params.seat, which no template reads")
    ]


async def test_params_that_calendars_headers_and_events_read_need_no_template(tmp_path: Path) -> None:
    leave = param("leave", "url", sample='"https://example.org/leave"')
    rules = 'list_unsubscribe = "params.leave"\n[parts]\ncalendar = true\n'
    params = leave + param("revision", "integer", sample="1") + param("event_date")
    write(tmp_path / "one", html=PAGE, manifest=MANIFEST + rules + params)

    assert await unfit(tmp_path) == []
