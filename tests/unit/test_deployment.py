"""docker-compose.yml, .env.example and the Dockerfile agree with the settings and keep their promises."""

import re
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices, SecretStr
from pydantic_core import PydanticUndefined

from entrypoints.load_settings import load_settings
from entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE_TEXT)["services"]
INTERPOLATED = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT))


def shown(default: object) -> str:
    """Write a default the way it stands in an environment file."""
    match default:
        case Enum(value=value):
            return str(value)
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case None:
            return ""
        case SecretStr():
            return default.get_secret_value()
        case _:
            return str(default)


def names(field: str) -> list[str]:
    """List a setting's variable and its aliases."""
    alias = Settings.model_fields[field].validation_alias
    assert isinstance(alias, AliasChoices)
    return [str(choice) for choice in alias.choices]


def test_the_example_names_every_variable_and_no_other() -> None:
    in_example = re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert sorted(in_example) == sorted({names(field)[0] for field in Settings.model_fields} | INTERPOLATED)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_the_example_shows_the_default_and_the_alias_of_a_variable(field: str) -> None:
    name, *aliases = names(field)
    found = re.search(rf"((?:^# .*\n)+?)(# )?{name}=(.*)$", EXAMPLE, re.MULTILINE)
    assert found
    comment, commented_out, value = found.groups()
    assert all(f"[{alias}]" in comment for alias in aliases)
    default = Settings.model_fields[field].default
    if commented_out:
        assert value == shown(default)
    else:
        assert default in (None, PydanticUndefined)


def test_a_copy_of_the_example_is_a_working_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in chain.from_iterable(names(field) for field in Settings.model_fields):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(EXAMPLE)
    settings = load_settings(Settings)
    assert str(settings.mail_from.address) == "tickets@example.org"
    assert [relay.name for relay in settings.relays] == ["smtp.example.org:465"]


def test_the_worker_gets_more_time_to_stop_than_it_takes() -> None:
    grace_s = float(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace_s > Settings.model_fields["stop_timeout_s"].default


def test_the_worker_runs_locked_down_once_the_broker_is_healthy() -> None:
    worker = SERVICES["worker"]
    assert worker["read_only"]
    assert worker["cap_drop"] == ["ALL"]
    assert worker["depends_on"]["rabbitmq"]["condition"] == "service_healthy"
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_there_may_be_several_workers_on_one_ledger() -> None:
    worker = SERVICES["worker"]
    assert not {"container_name", "hostname", "ports"} & set(worker)
    assert worker["volumes"] == ["worker-data:/app/var"]
    assert worker["restart"] == "unless-stopped"


def test_whoever_has_a_key_of_datadog_sends_to_the_agent_of_the_profile() -> None:
    assert SERVICES["worker"]["environment"] == {"DD_AGENT_HOST": "${DD_AGENT_HOST:-${DD_API_KEY:+datadog}}"}
    agent = SERVICES["datadog"]
    assert agent["profiles"] == ["datadog"]
    assert set(agent["networks"]) & set(SERVICES["worker"]["networks"])
    assert agent["environment"]["DD_DOGSTATSD_NON_LOCAL_TRAFFIC"] == "true"
    assert agent["environment"]["DD_APM_NON_LOCAL_TRAFFIC"] == "true"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_stays_within_bounds_and_says_how_it_is(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert "healthcheck" in service or name == "worker"
    assert re.fullmatch(r"[a-z0-9./-]+:(v?\d[\w.-]*)", service["image"]) or name == "worker"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_publishes_its_ports_to_this_host_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_only_the_proxy_sees_the_docker_socket_and_it_lets_nobody_write() -> None:
    with_socket = {name for name, service in SERVICES.items() if "docker.sock" in str(service.get("volumes"))}
    assert with_socket == {"docker-socket-proxy"}
    proxy = SERVICES["docker-socket-proxy"]
    assert proxy["volumes"] == ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    assert proxy["environment"] == {"CONTAINERS": 1, "INFO": 1, "POST": 0}
