"""Where metrics go, by the variables that Datadog's own libraries read."""

from collections.abc import Callable
from importlib.metadata import version

import pytest

from adapters.datadog.agent import Agent
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import Settings

NEEDED = {"AMQP_ADDR": "amqp://rabbitmq", "SMTP_RELAY": "mail.example.org", "MAIL_FROM": "tickets@example.org"}


def agent_of(environment: Callable[..., None], **variables: str) -> Agent | None:
    environment(**NEEDED, **variables)
    return load_settings(Settings).datadog_agent


def test_nothing_is_sent_unless_an_agent_is_set(environment: Callable[..., None]) -> None:
    assert agent_of(environment, DD_ENV="test", DD_DOGSTATSD_PORT="9125", DD_AGENT_HOST="") is None


@pytest.mark.parametrize(
    ("variables", "host", "port", "socket"),
    [
        ({"DD_AGENT_HOST": "datadog"}, "datadog", 8125, ""),
        ({"DD_AGENT_HOST": "datadog", "DD_DOGSTATSD_PORT": "9125"}, "datadog", 9125, ""),
        ({"DD_AGENT_HOST": "unix:///run/dsd.socket"}, "", 8125, "unix:///run/dsd.socket"),
        ({"DD_DOGSTATSD_SOCKET": "/run/dsd.socket"}, "", 8125, "/run/dsd.socket"),
        ({"DD_DOGSTATSD_SOCKET": "/run/dsd.socket", "DD_AGENT_HOST": "datadog"}, "", 8125, "/run/dsd.socket"),
    ],
)
def test_the_agent_is_where_the_settings_say(
    environment: Callable[..., None], variables: dict[str, str], host: str, port: int, socket: str
) -> None:
    agent = agent_of(environment, **variables)
    assert agent
    assert (agent.host, agent.port, agent.socket) == (host, port, socket)


def test_the_unified_tags_have_defaults(environment: Callable[..., None]) -> None:
    agent = agent_of(environment, DD_AGENT_HOST="datadog")
    assert agent
    assert agent.tags == ["env:takeoff-prod", "service:email-worker", f"version:{version('takeoff-mailer')}"]


def test_the_unified_tags_can_be_set(environment: Callable[..., None]) -> None:
    agent = agent_of(environment, DD_AGENT_HOST="datadog", DD_ENV="staging", DD_SERVICE="mailer", DD_VERSION="7")
    assert agent
    assert agent.tags == ["env:staging", "service:mailer", "version:7"]


def test_a_tag_with_a_comma_is_refused(environment: Callable[..., None]) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        agent_of(environment, DD_ENV="prod,owner:alice")
    assert [problem.split(":")[0] for problem in invalid.value.problems] == ["DD_ENV"]


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"DD_AGENT_HOST": "datadog"}, "http://datadog:8126"),
        ({"DD_AGENT_HOST": "::1", "DD_TRACE_AGENT_PORT": "9126"}, "http://[::1]:9126"),
        ({"DD_AGENT_HOST": "datadog", "DD_TRACE_AGENT_URL": "unix:///run/apm.socket"}, "unix:///run/apm.socket"),
        ({"DD_TRACE_AGENT_URL": "http://datadog:9126"}, "http://datadog:9126"),
    ],
)
def test_traces_go_where_the_settings_say(
    environment: Callable[..., None], variables: dict[str, str], url: str
) -> None:
    environment(**NEEDED, **variables, DD_ENV="test")
    agent = load_settings(Settings).trace_agent
    assert agent
    assert (agent.url, agent.env, agent.service) == (url, "test", "email-worker")


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"DD_TRACE_AGENT_PORT": "9126"},
        {"DD_AGENT_HOST": "unix:///run/dsd.socket"},
        {"DD_AGENT_HOST": "datadog", "DD_TRACE_ENABLED": "false"},
    ],
)
def test_without_an_agent_for_them_there_are_no_traces(
    environment: Callable[..., None], variables: dict[str, str]
) -> None:
    environment(**NEEDED, **variables)
    assert load_settings(Settings).trace_agent is None


def test_log_lines_have_the_unified_tags_only_where_datadog_gets_anything(environment: Callable[..., None]) -> None:
    environment(**NEEDED, DD_VERSION="7")
    assert load_settings(Settings).log_tags == {}
    environment(DD_AGENT_HOST="datadog")
    assert load_settings(Settings).log_tags == {
        "dd.env": "takeoff-prod",
        "dd.service": "email-worker",
        "dd.version": "7",
    }
