"""`takeoff-mailer templates`: lines to read, JSON to parse, and exit codes to build on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entrypoints import exit_codes
from entrypoints.cli import app

Environment = Callable[..., None]
SHIPPED = 6
PAGE = Path(__file__).parents[3] / "docs" / "templates.md"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["templates", *arguments], env={"COLUMNS": "300"}, catch_exceptions=False)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def bundle_of(folder: Path, html: str) -> Path:
    """Begin a bundle as authors do, and change its HTML."""
    assert run("new", "Meeting", "--dir", str(folder)).exit_code == exit_codes.OK
    (folder / "Meeting" / "body.html.j2").write_text(html)
    return folder


def shown(command: str) -> str:
    """What the page for authors shows as the output of a command."""
    found = re.search(
        rf"```console\n\$ takeoff-mailer templates {command}[^\n]*\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    assert found
    return found[1]


def test_list_shows_each_bundle_with_what_it_needs() -> None:
    result = run("list")

    assert result.exit_code == exit_codes.OK
    assert "Attendee_Ticket (shipped)\n" in result.stdout
    assert (
        "  languages  en, ar\n  parts      qr, calendar\n  required   ticket.code, ticket.event_name" in result.stdout
    )


def test_list_gives_one_object_a_bundle_to_programs(tmp_path: Path, environment: Environment) -> None:
    run("new", "Meeting", "--dir", str(tmp_path))
    environment(TEMPLATES_DIR=str(tmp_path))

    bundles = {bundle["category"]: bundle for bundle in lines(run("list", "--json"))}

    assert len(bundles) == SHIPPED + 1
    assert bundles["Meeting"] == {
        "category": "Meeting",
        "description": "Says in one sentence what this mail is for.",
        "languages": ["en"],
        "parts": [],
        "required": ["first_name", "params.message"],
        "optional": ["params.page_url"],
        "origin": "TEMPLATES_DIR",
    }
    assert bundles["Plain_Notice"]["origin"] == "shipped"


def test_list_tells_which_bundle_it_cannot_describe(tmp_path: Path, environment: Environment) -> None:
    (tmp_path / "broken").mkdir()
    environment(TEMPLATES_DIR=str(tmp_path))

    result = run("list")

    assert result.exit_code == exit_codes.DATA_ERROR
    assert "Plain_Notice (shipped)" in result.stdout
    assert result.stderr.startswith("broken/template.toml: ")


def test_check_is_content_with_what_ships_without_any_setting() -> None:
    result = run("check")

    assert result.exit_code == exit_codes.OK, result.stdout
    assert [line.split(":")[0] for line in result.stdout.splitlines()].count("ok      template Plain_Notice") == 1
    assert len(result.stdout.splitlines()) == SHIPPED


def test_check_tells_each_problem_in_one_line_with_its_remedy(tmp_path: Path) -> None:
    folder = bundle_of(tmp_path, '<html lang="en"><a href="http://example.org">{{ params.message }}</a>')

    result = run("check", "--dir", str(folder))

    assert result.exit_code == exit_codes.DATA_ERROR
    assert (
        "error   Meeting/body.html.j2: links to http://example.org, which is not https; write its whole https address"
        in result.stdout
    )


def test_check_gives_one_object_a_finding_to_programs(tmp_path: Path) -> None:
    folder = bundle_of(tmp_path, '<html lang="en"><img src="cid:none.png">')

    result = run("check", "--json", "--dir", str(folder))

    assert result.exit_code == exit_codes.DATA_ERROR
    (error,) = (finding for finding in lines(result) if finding["severity"] == "error")
    assert (error["subject"], error["detail"]) == (
        "Meeting/body.html.j2",
        "shows cid:none.png, which is not there",
    )
    assert error["remedy"]


def test_a_warning_alone_is_no_failure(tmp_path: Path) -> None:
    folder = bundle_of(tmp_path, '<html lang="en"><p>Hello')
    (folder / "Meeting" / "body.txt.j2").write_text("Hello")

    result = run("check", "--dir", str(folder))

    assert result.exit_code == exit_codes.OK
    assert "warning Meeting/template.toml: declares params.message, which no template reads; " in result.stdout


def test_the_option_goes_before_the_variable(tmp_path: Path, environment: Environment) -> None:
    for name in ("option", "variable"):
        (tmp_path / name / name).mkdir(parents=True)
    environment(TEMPLATES_DIR=str(tmp_path / "variable"))

    subjects = [finding["subject"] for finding in lines(run("check", "--json", "--dir", str(tmp_path / "option")))]

    assert "option/template.toml" in subjects
    assert "variable/template.toml" not in subjects


def test_a_variable_that_names_no_directory_is_a_wrong_setting(environment: Environment) -> None:
    environment(TEMPLATES_DIR="absent")

    for command in (["list"], ["check"], ["new", "Meeting"]):
        result = run(*command)
        assert (result.exit_code, result.stderr) == (
            exit_codes.CONFIG_ERROR,
            "TEMPLATES_DIR: there is no directory at this path\n",
        )


def test_new_writes_where_the_variable_says(tmp_path: Path, environment: Environment) -> None:
    environment(TEMPLATES_DIR=str(tmp_path))

    result = run("new", "Meeting")

    assert result.exit_code == exit_codes.OK
    assert result.stdout.splitlines() == [
        str(tmp_path / "Meeting" / name) for name in ("body.html.j2", "body.txt.j2", "template.toml")
    ]


def test_new_tells_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    cases = {
        ("new", "there", "--dir", str(tmp_path)): exit_codes.CANNOT_CREATE,
        ("new", "a b", "--dir", str(tmp_path)): exit_codes.DATA_ERROR,
        ("new", "Plain_Notice", "--dir", str(tmp_path)): exit_codes.DATA_ERROR,
        ("new", "Meeting"): exit_codes.CONFIG_ERROR,
    }
    for arguments, code in cases.items():
        result = run(*arguments)
        assert (result.exit_code, result.stderr.count("\n"), result.stdout) == (code, 1, "")


def test_the_page_for_authors_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    body = re.search(r"```html\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert body

    assert run("new", "Meeting_Invitation", "--dir", "my-templates").stdout == shown("new")
    assert shown("list") in run("list").stdout
    (tmp_path / "my-templates" / "Meeting_Invitation" / "body.html.j2").write_text(body[1])
    assert shown("check") in run("check", "--dir", "my-templates").stdout
