"""The image does the worker's job, locked down, with the variables of the original's compose service."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import free_ports
from tests.integration.image.engine import Engine
from tests.integration.image.relay import PASSWORD, USER, StrictRelay

IMAGE = os.environ.get("IMAGE", "")
CA_IN_CONTAINER = "/run/secrets/ca.pem"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine that runs the image IMAGE, as CI names it; an older one that lies about proves nothing."""
    if not IMAGE:
        pytest.skip("IMAGE is not set: make image, then IMAGE=takeoff-mailer:dev make test-integration")
    # podman first: where its engine answers docker's command, too, only its own command can run a health check.
    engines = map(Engine, filter(None, map(shutil.which, ("podman", "docker"))))
    works = ("run", "--rm", "--pull", "never", "--network", "none", IMAGE, "--help")
    found = next((engine for engine in engines if engine.succeeds(*works)), None)
    assert found, f"no docker or podman here runs {IMAGE}"
    return found


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[StrictRelay]:
    """A relay of ours on a free port."""
    with StrictRelay(folder=tmp_path) as relay:
        yield relay


@pytest.fixture
def worker(engine: Engine, broker: Broker, vhost: str, relay: StrictRelay) -> Iterator[str]:
    """The container's id; it shares the host's network, since broker and relay listen on loopback only."""
    variables = {
        "RABBITMQ_URL": broker.address.url(vhost),
        "MAIL_HOST": "localhost",
        "MAIL_PORT": str(relay.port),
        "MAIL_USERNAME": USER,
        "MAIL_PASSWORD": PASSWORD,
        "MAIL_SENDER": "Takeoff <tickets@example.org>",
        # What this test adds to the original's: its relay's authority, and a port that is free on this host.
        "SMTP_CA_FILE": CA_IN_CONTAINER,
        "HTTP_ADDR": f"127.0.0.1:{free_ports(1)[0]}",
    }
    environment = [argument for pair in variables.items() for argument in ("--env", "=".join(pair))]
    locks = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    mount = ["--volume", f"{relay.ca_file}:{CA_IN_CONTAINER}:ro"]
    container = engine("run", "--detach", "--network", "host", *locks, *mount, *environment, IMAGE)
    try:
        yield container
    finally:
        engine("rm", "--force", container)


def test_the_image_mails_a_task_turns_healthy_and_stops_cleanly(
    engine: Engine, worker: str, relay: StrictRelay
) -> None:
    """One story, since a start is most of its time: consuming, a mail, SIGTERM, exit 0."""
    engine.wait_until_healthy(worker, patience_s=60)
    task = ["--to", "ada@example.com", "--first-name", "Ada", "--subject", "You are in"]
    engine("exec", worker, "takeoff-mailer", "enqueue", "--category", "Attendee_Registration_Successful", *task)
    relay.wait_for(1)
    assert relay.recipients == ["ada@example.com"]
    assert relay.mail_to("ada@example.com")["Subject"] == "You are in"
    assert "ledger.not_kept" in engine.logs(worker)
    assert "mount a named one" in engine("exec", worker, "takeoff-mailer", "doctor")
    engine("stop", "--time", "30", worker)
    assert engine("inspect", "--format", "{{.State.ExitCode}}", worker) == "0", engine.logs(worker)


def test_the_image_runs_as_a_number_that_is_not_root_and_says_what_it_is(engine: Engine) -> None:
    config = json.loads(engine("image", "inspect", IMAGE))[0]["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["takeoff-mailer"]
    assert config["Cmd"] == ["worker"]
    titles = {"title", "description", "source", "licenses", "version", "revision"}
    assert {label.removeprefix("org.opencontainers.image.") for label in config["Labels"]} >= titles


def test_the_image_holds_the_worker_and_no_tools(engine: Engine) -> None:
    """What is not there cannot be exploited: no pip, no build backend, no tests, no settings of ours.

    `deploy` is what `datadog install` installs.
    """
    look = "import importlib.util as u; print([m for m in ('pip', 'setuptools', 'pytest', 'tests') if u.find_spec(m)])"
    arguments = ["run", "--rm", "--read-only", "--network", "none", "--entrypoint", "/opt/venv/bin/python3", IMAGE]
    assert engine(*arguments, "-c", look) == "[]"
    listing = "import os; print(sorted(os.listdir('/app')))"
    assert engine(*arguments, "-c", listing) == "['deploy', 'var']"
