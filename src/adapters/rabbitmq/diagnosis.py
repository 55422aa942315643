"""What `doctor` says about the broker."""

import asyncio
import ipaddress

from aio_pika.abc import AbstractConnection
from yarl import URL

from adapters.rabbitmq.connection import broker_version, scratch_channel, short_connection
from adapters.rabbitmq.declaration import bind_hospital
from adapters.rabbitmq.errors import BrokerError, BrokerTimeout, Forbidden, LoginRefused, Missing
from adapters.rabbitmq.queue_shape import QueueShape, hospital_policy, hospital_remedy, learn_shape, vhost_of
from adapters.rabbitmq.topology import Topology
from application.ports.diagnosis import Diagnosis, Finding, Severity

# The port allows 15 s for everything; a person waits.
_TOTAL_S = 14.0
# At-least-once dead-lettering, on which the retry ladder stands, came with 3.10.
_OLDEST = (3, 10)
_VHOST_SETTING = (3, 11)  # `rabbitmqctl update_vhost_metadata`
_RECREATE = "move its messages away, delete it, and declare it without that argument"


class RabbitMqDiagnosis(Diagnosis):
    """Connects as the worker would and compares the queues with what the producer declares."""

    def __init__(self, *, url: str, topology: Topology) -> None:
        self._url = url
        self._topology = topology

    async def examine(self) -> list[Finding]:
        findings: list[Finding] = []
        try:
            async with asyncio.timeout(_TOTAL_S):
                findings += await examine_link(URL(self._url))
                async with short_connection(self._url, name="doctor") as connection:
                    findings += await self._examine_broker(connection)
        except BrokerError as error:
            findings.append(_error("broker", error.cause, _remedy(error)))
        except TimeoutError:
            findings.append(_error("broker", "no answer in time", "check host and port (AMQP_ADDR) and the firewall"))
        return findings

    async def _examine_broker(self, connection: AbstractConnection) -> list[Finding]:
        version = broker_version(connection)
        text = ".".join(str(part) for part in version)
        if version < _OLDEST:
            problem = f"RabbitMQ {text} can lose mails that wait for a retry"
            return [_error("broker", problem, "upgrade to 3.10 or later")]
        return [
            _finding(Severity.OK, "broker", f"RabbitMQ {text} lets us in"),
            await self._examine_task_queue(connection),
            await self._examine_hospital(connection),
        ]

    async def _examine_task_queue(self, connection: AbstractConnection) -> Finding:
        name = self._topology.queue
        try:
            await _look(connection, name)
            shape = await learn_shape(connection, name)
        except Missing:
            detail = "not there yet; whoever comes first, producer or worker, creates it"
            return _finding(Severity.OK, name, detail)
        except Forbidden as error:
            return _finding(Severity.WARNING, name, f"the worker will only consume: {error.cause}")
        if refusal := shape.refusal():
            return _error(name, refusal, _RECREATE)
        if concern := shape.task_concern():
            return _finding(Severity.WARNING, name, concern, self._advice(shape))
        return _finding(Severity.OK, name, "as the producer declares it", self._advice(shape))

    async def _examine_hospital(self, connection: AbstractConnection) -> Finding:
        name, exchange = self._topology.hospital_queue, self._topology.hospital_exchange
        try:
            await _look(connection, name)
            await bind_hospital(connection, self._topology)
            shape = await learn_shape(connection, name)
        except Missing:
            return _finding(Severity.OK, name, "not there yet; the worker creates it")
        except Forbidden as error:
            remedy = f"allow the user to read {exchange} and to configure and write {name}"
            return _finding(Severity.WARNING, name, error.cause, remedy)
        if refusal := shape.refusal():
            return _error(name, refusal, _RECREATE)
        if concern := shape.hospital_concern():
            return _finding(Severity.WARNING, name, concern, hospital_remedy(shape, self._url, self._topology))
        return _finding(Severity.OK, name, f"there, and bound to {exchange}")

    def _advice(self, shape: QueueShape) -> str:
        """Write the commands that give an existing queue its limits and its way to the hospital."""
        advice = f"to dead-letter to the hospital: {hospital_policy(self._url, self._topology)}"
        if shape.version >= _VHOST_SETTING:
            advice += (
                "\nto make bare declarations quorum queues: "
                f"rabbitmqctl update_vhost_metadata {vhost_of(self._url)} --default-queue-type quorum"
            )
        return advice


async def examine_link(url: URL) -> list[Finding]:
    """Warn of a link on which strangers can read along."""
    if url.scheme == "amqps" or await _is_near(url.host or ""):
        return []
    detail = "amqp:// to another network: passwords and tasks can be read on the way"
    return [_finding(Severity.WARNING, "broker link", detail, "use amqps:// in AMQP_ADDR")]


async def _is_near(host: str) -> bool:
    """Whether a host is this one, on a private network, or a bare name, as containers have."""
    if "." not in host and ":" not in host:
        return True
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(address[0]).is_private for *_, address in found)


async def _look(connection: AbstractConnection, queue: str) -> None:
    async with scratch_channel(connection) as channel:
        await channel.declare_queue(queue, passive=True)


def _remedy(error: BrokerError) -> str:
    match error:
        case LoginRefused():
            return "check user, password and virtual host in AMQP_ADDR"
        case BrokerTimeout():
            return "check host and port in AMQP_ADDR and the firewall"
        case _:
            return "check host, port and scheme in AMQP_ADDR, and that the broker runs"


def _finding(severity: Severity, subject: str, detail: str, remedy: str = "") -> Finding:
    return Finding(severity=severity, subject=subject, detail=detail, remedy=remedy)


def _error(subject: str, detail: str, remedy: str) -> Finding:
    return _finding(Severity.ERROR, subject, detail, remedy)
