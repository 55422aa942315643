"""`takeoff-mailer doctor`: each problem with its remedy, and an exit code to build on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import free_ports
from tests.integration.worker.relay import RecordingRelay

COMMAND = Path(sys.executable).with_name("takeoff-mailer")


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    with RecordingRelay() as relay:
        yield relay


@pytest.fixture
def variables(broker: Broker, vhost: str, relay: RecordingRelay) -> dict[str, str]:
    return {
        "AMQP_ADDR": broker.address.url(vhost),
        "SMTP_RELAY": f"127.0.0.1:{relay.port}",
        "SMTP_TLS": "insecure-none",
        "MAIL_FROM": "tickets@takeoff.example",
    }


def run(variables: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "200", **variables}
    return subprocess.run(
        [str(COMMAND), "doctor", *options], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def problems(variables: dict[str, str]) -> list[dict[str, Any]]:
    done = run(variables, "--json")
    assert done.returncode == exit_codes.FAILED, done.stdout + done.stderr
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    return [finding for finding in findings if finding["severity"] == "error"]


def test_all_well_is_said_and_nothing_is_sent(variables: dict[str, str], relay: RecordingRelay) -> None:
    done = run(variables)
    assert done.returncode == exit_codes.OK, done.stdout
    assert "Attendee_Registration_Successful" in done.stdout
    assert relay.envelopes == []


def test_every_finding_has_a_remedy_unless_it_is_fine(variables: dict[str, str]) -> None:
    done = run(variables, "--json")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(findings) >= 4
    assert all(finding["remedy"] for finding in findings if finding["severity"] != "ok")


def test_a_relay_that_is_down_is_named_with_a_remedy(variables: dict[str, str]) -> None:
    (port,) = free_ports(1)
    (problem,) = problems(variables | {"SMTP_RELAY": f"127.0.0.1:{port}"})
    assert str(port) in problem["subject"] + problem["detail"]
    assert problem["remedy"]


def test_a_relay_that_speaks_no_tls_is_named_with_a_remedy(variables: dict[str, str]) -> None:
    (problem,) = problems(variables | {"SMTP_TLS": "starttls"})
    assert "STARTTLS" in problem["detail"].upper() + problem["remedy"].upper()


def test_a_broker_that_is_down_and_one_that_refuses_are_named(variables: dict[str, str], broker: Broker) -> None:
    (port,) = free_ports(1)
    (down,) = problems(variables | {"AMQP_ADDR": f"amqp://127.0.0.1:{port}"})
    assert down["remedy"]
    (refused,) = problems(variables | {"AMQP_ADDR": broker.address.url("%2f", user="nobody", password="canary")})
    assert refused["remedy"]
    assert "canary" not in str(refused)


def test_a_broken_template_is_named_with_a_remedy(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "welcome").mkdir()
    (tmp_path / "welcome" / "body.html.j2").write_text("{{ first_name")
    found = problems(variables | {"TEMPLATES_DIR": str(tmp_path)})
    assert any("welcome" in problem["subject"] for problem in found)
    assert all(problem["remedy"] for problem in found)


def test_wrong_settings_are_all_named_at_once() -> None:
    done = run({"CONCURRENCY": "0"})
    assert done.returncode == exit_codes.CONFIG_ERROR
    for variable in ("AMQP_ADDR", "SMTP_RELAY", "MAIL_FROM", "CONCURRENCY"):
        assert variable in done.stdout
