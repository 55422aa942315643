"""Who is measured, and how each is started; what its documentation recommends stands beside its settings."""

import subprocess
import sys
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.peers.install import Peers
from benchmarks.tasks import publish_tasks

HERE = Path(__file__).parent
ROOT = HERE.parent
_PUBLISH_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a contestant works in one run; `ca_file` is "" where the way to the relay has no TLS."""

    folder: Path
    broker_url: str
    smtp_port: int
    ca_file: str
    statsd_port: int
    http_port: int
    connections: int


class Contestant(Protocol):
    """A worker that takes tasks from RabbitMQ and mails them."""

    name: str

    @abstractmethod
    def command(self, place: Place) -> list[str]:
        """What to start."""

    @abstractmethod
    def variables(self, place: Place) -> dict[str, str]:
        """Its environment, beside PATH."""

    def fill(self, place: Place, count: int) -> None:
        """Put tasks into its queue and return when the broker has them."""
        publish_tasks(place.broker_url, count)


class Ours(Contestant):
    """`takeoff-mailer worker`: SQLite ledger, JSON log to a file, metrics to a UDP port."""

    name = "takeoff-mailer"

    def command(self, place: Place) -> list[str]:
        return [str(Path(sys.executable).with_name("takeoff-mailer")), "worker"]

    def variables(self, place: Place) -> dict[str, str]:
        return {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "AMQP_ADDR": place.broker_url,
            "SMTP_RELAY": "127.0.0.1",
            "SMTP_PORT": str(place.smtp_port),
            "SMTP_TLS": "implicit" if place.ca_file else "insecure-none",
            **({"SMTP_CA_FILE": place.ca_file} if place.ca_file else {}),
            "MAIL_FROM": "Takeoff <tickets@takeoff.example>",
            "TEMPLATES_DIR": str(HERE / "mail"),
            "DATABASE_URL": f"sqlite:///{place.folder}/ledger.db",
            "CONCURRENCY": str(place.connections),
            "HTTP_ADDR": f"127.0.0.1:{place.http_port}",
            "LOG_FORMAT": "json",
            "DD_AGENT_HOST": "127.0.0.1",
            "DD_DOGSTATSD_PORT": str(place.statsd_port),
        }


class OursBare(Ours):
    """Ledger in memory, no metrics, no log: what is left is what the peers do."""

    name = "takeoff-mailer, bare"

    def command(self, place: Place) -> list[str]:
        return [sys.executable, "-m", "benchmarks.bare_worker"]

    def variables(self, place: Place) -> dict[str, str]:
        everything = super().variables(place)
        without = {"DD_AGENT_HOST", "DD_DOGSTATSD_PORT"}
        return {name: value for name, value in everything.items() if name not in without} | {"LOG_LEVEL": "error"}


class Node(Contestant):
    """amqplib, protobufjs and a nodemailer pool; pool and prefetch as wide as the connections, as its manual has it."""

    name = "Node: amqplib, nodemailer pool"

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def command(self, place: Place) -> list[str]:
        return ["node", str(self._peers.node_folder / "worker.mjs")]

    def variables(self, place: Place) -> dict[str, str]:
        return {**_peer_variables(place), "NODE_ENV": "production", "PROTO_FILE": str(ROOT / "proto" / "email.proto")}


class AioPika(Contestant):
    """aio-pika's callbacks and a pool of aiosmtplib clients, on uvloop."""

    name = "Python: aio-pika, aiosmtplib"

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def command(self, place: Place) -> list[str]:
        return [self._peers.python, str(self._peers.python_folder / "aio_worker.py")]

    def variables(self, place: Place) -> dict[str, str]:
        return {**_peer_variables(place), "PYTHONPATH": str(self._peers.python_folder)}


class Celery(Contestant):
    """Prefork, a process for each connection; gossip, mingle and heartbeats off, as for a worker alone."""

    name = "Celery: prefork, smtplib"

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def command(self, place: Place) -> list[str]:
        options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        return [
            *(self._peers.python, "-m", "celery", "-A", "celery_worker", "worker"),
            *("--pool", "prefork", "--concurrency", str(place.connections), *options),
        ]

    def variables(self, place: Place) -> dict[str, str]:
        # It warns that it runs as root, which a private server's test does.
        return {**_peer_variables(place), "PYTHONPATH": str(self._peers.python_folder), "C_FORCE_ROOT": "1"}

    def fill(self, place: Place, count: int) -> None:
        command = [self._peers.python, str(self._peers.python_folder / "celery_publish.py"), str(count)]
        subprocess.run(command, env=self.variables(place), check=True, timeout=_PUBLISH_S)


def _peer_variables(place: Place) -> dict[str, str]:
    return {
        "AMQP_ADDR": place.broker_url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(place.smtp_port),
        "MAIL_DIR": str(HERE / "mail" / "Benchmark"),
        "CONNECTIONS": str(place.connections),
        **({"SMTP_CA_FILE": place.ca_file} if place.ca_file else {}),
    }
