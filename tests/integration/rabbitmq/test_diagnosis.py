"""`doctor` on the broker."""

import asyncio
import shlex
from typing import Any

import aio_pika
import pytest

from adapters.rabbitmq.diagnosis import RabbitMqDiagnosis
from adapters.rabbitmq.topology import Topology
from application.ports.diagnosis import Finding, Severity
from tests.integration.brokers.private_broker import free_ports
from tests.integration.rabbitmq.stage import RabbitMqStage

SECRET = "canary-0815"
RUST_WORKER = {"x-dead-letter-exchange": "email_dlx", "x-dead-letter-routing-key": "email_failed_key"}


async def examine(url: str) -> dict[str, Finding]:
    findings = await RabbitMqDiagnosis(url=url, topology=Topology()).examine()
    return {finding.subject: finding for finding in findings}


async def test_a_fresh_vhost_is_fine_and_stays_empty(stage: RabbitMqStage) -> None:
    findings = await examine(stage.url)
    assert {finding.severity for finding in findings.values()} == {Severity.OK}
    assert set(findings) == {"broker", "email_queue", "email_failed_queue"}
    assert stage.broker.management.queues(stage.vhost) == []


@pytest.mark.parametrize(
    ("arguments", "severity", "detail"),
    [
        ({}, Severity.OK, "as the producer declares it"),
        (RUST_WORKER, Severity.WARNING, "x-dead-letter-exchange"),
        ({"x-queue-type": "quorum"}, Severity.WARNING, "quorum"),
    ],
    ids=["bare", "as the Rust worker", "quorum"],
)
async def test_an_existing_queue_is_compared_and_the_printed_commands_work(
    stage: RabbitMqStage, arguments: dict[str, Any], severity: Severity, detail: str
) -> None:
    stage.broker.management.declare_queue(stage.vhost, "email_queue", arguments)
    finding = (await examine(stage.url))["email_queue"]
    assert (finding.severity, detail in finding.detail) == (severity, True)
    for line in finding.remedy.splitlines():
        _, _, command = line.partition("rabbitmqctl ")
        await asyncio.to_thread(stage.broker.ctl, *shlex.split(command))
    assert "dead-letter-exchange" in await asyncio.to_thread(stage.broker.ctl, "list_policies", "--vhost", stage.vhost)


async def test_a_limit_of_minus_1_is_an_error_before_4_0(stage: RabbitMqStage) -> None:
    for queue in ("email_queue", "email_failed_queue"):
        stage.broker.management.declare_queue(
            stage.vhost, queue, {"x-queue-type": "quorum", "x-delivery-limit": -1, **RUST_WORKER}
        )
    stage.broker.management.declare_exchange(stage.vhost, "email_dlx", "direct")
    findings = await examine(stage.url)
    is_old = await stage.version() < (4, 0)
    assert (findings["email_queue"].severity is Severity.ERROR) is is_old
    assert (findings["email_failed_queue"].severity is Severity.ERROR) is is_old
    assert ("x-delivery-limit=-1" in findings["email_failed_queue"].detail) is is_old


async def test_a_hospital_with_a_limit_is_a_warning_and_the_printed_remedy_works(stage: RabbitMqStage) -> None:
    """From 4.0 on a quorum queue has one by default; a letter must outlive any number of looks."""
    management = stage.broker.management
    is_old = await stage.version() < (4, 0)
    limit = {"x-delivery-limit": 20} if is_old else {}
    management.declare_queue(stage.vhost, "email_failed_queue", {"x-queue-type": "quorum", **limit})
    management.declare_exchange(stage.vhost, "email_dlx", "direct")
    finding = (await examine(stage.url))["email_failed_queue"]
    assert (finding.severity, "look 20 at a letter deletes it" in finding.detail) == (Severity.WARNING, True)
    if is_old:
        assert "delete email_failed_queue" in finding.remedy
        return
    await asyncio.to_thread(stage.broker.ctl, *shlex.split(finding.remedy)[1:])
    management.publish(stage.vhost, "email_failed_queue", "letter", {})
    async with await aio_pika.connect(stage.url) as connection:
        queue = await (await connection.channel()).get_queue("email_failed_queue", ensure=False)
        for _ in range(30):
            await (await queue.get(timeout=5)).nack(requeue=True)
    assert len(await stage.take_all("email_failed_queue")) == 1


async def test_a_hospital_that_the_user_may_not_bind_is_a_warning(stage: RabbitMqStage) -> None:
    management = stage.broker.management
    management.declare_queue(stage.vhost, "email_failed_queue", {})
    management.declare_exchange(stage.vhost, "email_dlx", "direct")
    management.add_user("unbinding", vhost=stage.vhost, read="^email_queue$")
    try:
        url = stage.broker.address.url(stage.vhost, user="unbinding", password="unbinding")
        finding = (await examine(url))["email_failed_queue"]
    finally:
        management.delete_user("unbinding")
    assert (finding.severity, "ACCESS_REFUSED" in finding.detail) == (Severity.WARNING, True)
    assert "read email_dlx" in finding.remedy


async def test_a_refused_login_is_an_error_with_its_remedy_and_without_the_password(stage: RabbitMqStage) -> None:
    finding = (await examine(stage.broker.address.url(stage.vhost, password=SECRET)))["broker"]
    assert finding.severity is Severity.ERROR
    assert "ACCESS_REFUSED" in finding.detail
    assert "AMQP_ADDR" in finding.remedy
    assert SECRET not in repr(finding)


async def test_an_unknown_vhost_is_an_error(stage: RabbitMqStage) -> None:
    finding = (await examine(stage.broker.address.url("nowhere")))["broker"]
    assert (finding.severity, "not found" in finding.detail) == (Severity.ERROR, True)


async def test_a_broker_that_is_not_there_is_an_error() -> None:
    (port,) = free_ports(1)
    finding = (await examine(f"amqp://guest:guest@127.0.0.1:{port}/"))["broker"]
    assert (finding.severity, "connection refused" in finding.detail) == (Severity.ERROR, True)


async def test_a_broker_without_tls_is_not_spoken_to_over_amqps(stage: RabbitMqStage) -> None:
    url = stage.url.replace("amqp://", "amqps://") + "?no_verify_ssl=1"
    finding = (await examine(url))["broker"]
    assert (finding.severity, "SSL" in finding.detail) == (Severity.ERROR, True)
