"""What keeps the preview from starting, and whose name its mails bear."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from entrypoints import exit_codes
from entrypoints.commands.preview import run_preview
from entrypoints.load_settings import load_settings
from entrypoints.preview.settings import PreviewSettings


def test_wrong_settings_are_told_one_line_each(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment(SMTP_PORT="0", TEMPLATES_DIR=str(tmp_path / "none"))
    assert run_preview(directory=None, port=0) == exit_codes.CONFIG_ERROR
    told = {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()}
    assert told == {"SMTP_PORT or MAIL_PORT", "TEMPLATES_DIR"}


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_preview(directory=None, port=port) == exit_codes.UNAVAILABLE
    assert capsys.readouterr().err == f"port {port} of this host: Address already in use; name another by --port\n"


@pytest.mark.parametrize(
    ("variables", "sender"),
    [
        ({}, "tickets@takeoff.example"),
        ({"SMTP_USER": "us@example.org", "SMTP_PASS": "x"}, "us@example.org"),
        ({"SMTP_USER": "us@example.org", "SMTP_PASS": "x", "MAIL_SENDER": "Me <me@example.org>"}, "me@example.org"),
    ],
)
def test_the_sender_is_the_workers_or_a_sample(
    variables: dict[str, str], sender: str, environment: Callable[..., None]
) -> None:
    environment(**variables)
    assert str(load_settings(PreviewSettings).mail_from.address) == sender
