"""`takeoff-mailer datadog install` against Datadog's endpoints on loopback, with the files that ship."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from entrypoints import exit_codes
from entrypoints.commands.datadog_install import run_install
from tests.doubles.agent import free_udp_port
from tests.doubles.datadog_api import FakeDatadog, fake_datadog

FOLDER = Path(__file__).parents[4] / "deploy" / "datadog"
MONITORS = json.loads((FOLDER / "monitors.json").read_text())
NAMES = ["Takeoff Mailer", *(monitor["name"] for monitor in MONITORS)]


@pytest.fixture
def datadog(environment: Callable[..., None]) -> Iterator[FakeDatadog]:
    with fake_datadog() as fake:
        environment(DD_API_KEY="api-secret", DD_APP_KEY="app-secret", DD_API_URL=fake.url)
        yield fake


def install(*, is_dry_run: bool = False, directory: Path = FOLDER) -> int:
    return run_install(directory, is_dry_run=is_dry_run, as_json=True)


def verbs(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["verb"] for line in capsys.readouterr().out.splitlines()]


def test_everything_in_the_files_is_made(datadog: FakeDatadog, capsys: pytest.CaptureFixture[str]) -> None:
    assert install() == exit_codes.OK
    assert datadog.writes == [("POST", name) for name in NAMES]
    assert verbs(capsys) == ["create"] * len(NAMES)
    assert {monitor["query"] for monitor in datadog.monitors.values()} == {each["query"] for each in MONITORS}


def test_a_second_run_changes_nothing(datadog: FakeDatadog, capsys: pytest.CaptureFixture[str]) -> None:
    install()
    datadog.writes.clear()
    capsys.readouterr()
    assert install() == exit_codes.OK
    assert datadog.writes == []
    assert verbs(capsys) == ["keep"] * len(NAMES)


def test_what_somebody_changed_is_brought_back_and_a_strangers_is_left(datadog: FakeDatadog) -> None:
    install()
    datadog.monitors[2]["query"] = "changed"
    datadog.dashboards["abc-0"]["widgets"] = []
    stranger = {**MONITORS[3], "id": 99, "tags": ["service:email-worker"]}
    datadog.monitors[99] = stranger
    datadog.dashboards["theirs"] = {"id": "theirs", "title": "Takeoff Mailer", "description": "by hand", "widgets": []}
    datadog.writes.clear()
    assert install() == exit_codes.OK
    assert datadog.writes == [("PUT", "Takeoff Mailer"), ("PUT", MONITORS[1]["name"])]
    assert datadog.monitors[2]["query"] == MONITORS[1]["query"]
    assert datadog.monitors[99] is stranger
    assert datadog.dashboards["theirs"]["widgets"] == []


def test_many_monitors_are_found_on_every_page(datadog: FakeDatadog) -> None:
    install()
    ours = dict(datadog.monitors)
    datadog.monitors.clear()
    datadog.monitors |= {1000 + number: {**ours[1], "name": f"old {number}"} for number in range(250)}
    datadog.monitors |= ours
    datadog.writes.clear()
    assert install() == exit_codes.OK
    assert datadog.writes == []


def test_a_dry_run_tells_and_does_nothing(datadog: FakeDatadog, capsys: pytest.CaptureFixture[str]) -> None:
    assert install(is_dry_run=True) == exit_codes.OK
    assert datadog.writes == []
    assert verbs(capsys) == ["create"] * len(NAMES)


@pytest.mark.parametrize(
    ("status", "body", "code", "told"),
    [
        (403, b'{"errors": ["Forbidden"]}', exit_codes.CONFIG_ERROR, "403 Forbidden"),
        (400, b'{"errors": ["The value provided for parameter \'query\' is invalid"]}', 65, "'query' is invalid"),
        (429, b"", exit_codes.UNAVAILABLE, "come back later (429"),
        (503, b"<html>", exit_codes.UNAVAILABLE, "come back later (503"),
        (302, b"", 65, "302"),
        (200, b"<html>", exit_codes.UNAVAILABLE, "does not answer as Datadog does"),
    ],
)
def test_a_refusal_is_one_line_and_an_exit_code(
    datadog: FakeDatadog, capsys: pytest.CaptureFixture[str], *, status: int, body: bytes, code: int, told: str
) -> None:
    """A redirect is one, too: the keys would go wherever it leads."""
    datadog.failure = (status, {"Location": datadog.url} if status == 302 else {}, body)
    assert install() == code
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert "secret" not in error


def test_without_keys_each_one_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert install() == exit_codes.CONFIG_ERROR
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["DD_API_KEY", "DD_APP_KEY"]


@pytest.mark.parametrize("url", ["http://datadog.example", "ftp://127.0.0.1:1"])
def test_keys_do_not_leave_this_host_in_clear(datadog: FakeDatadog, environment: Callable[..., None], url: str) -> None:
    environment(DD_API_URL=url)
    assert install() == exit_codes.CONFIG_ERROR
    assert datadog.writes == []


def test_nobody_there_is_told(environment: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    environment(DD_API_KEY="api-secret", DD_APP_KEY="app-secret", DD_API_URL=f"http://127.0.0.1:{free_udp_port()}")
    assert install() == exit_codes.UNAVAILABLE
    assert "Connection refused" in capsys.readouterr().err


def test_a_folder_without_the_files_is_told(
    datadog: FakeDatadog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install(directory=tmp_path) == exit_codes.DATA_ERROR
    assert "name the folder by --dir" in capsys.readouterr().err
    assert datadog.writes == []
