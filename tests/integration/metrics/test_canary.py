"""Nothing of a person, and no secret, in anything that a worker tells: log, metrics, traces, health, exceptions."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from dependency_injector import providers
from pydantic import SecretStr

from adapters.clock.system_clock import SystemClock
from adapters.ddtrace.observer import DdtraceObserver
from adapters.ddtrace.trace_agent import TraceAgent
from adapters.logging.configure import LogFormat, configure_logging
from adapters.memory.ledger import InMemoryLedger
from adapters.memory.message_source import InMemoryMessageSource
from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.fan_out import FanOut
from domain.email_task import EmailTask
from entrypoints.container import Container
from entrypoints.demo.inbox import Inbox, open_inbox
from entrypoints.demo.settings import DemoSettings
from tests.doubles.agent import udp_agent
from tests.doubles.tracer import kept_traces
from tests.integration.metrics.test_demo_run import Ended

ADDRESS, NAME, SUBJECT, VALUE, PASSWORD = "wilhelmine", "Zacharias", "Geheimsache", "otp-918273", "hunter2-broker"
CANARIES = (ADDRESS, NAME, SUBJECT, VALUE, PASSWORD)
AGENT = TraceAgent(url="http://127.0.0.1:1", env="test", service="email-worker", version="1.2.3")
MAILS = 8


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[0].close()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def task(number: int) -> EmailTask:
    """Sent, without a mailbox, without a template, and with a param that it must not have."""
    mailbox = "unknown" if number % 4 == 1 else "guest"
    return EmailTask(
        to=f"{mailbox}.{ADDRESS}@example.org" if number % 4 != 3 else f"{ADDRESS}, {NAME} <x@example.org>",
        category="No_Such_Template" if number % 4 == 2 else "Attendee_Registration_Successful",
        subject=SUBJECT,
        first_name=NAME,
        task_id=f"mail-{number}",
        params={"code": VALUE},
    )


async def deliver(folder: Path, tracing: DdtraceObserver, port: int) -> Container:
    """Deliver good and bad mails, and one that no worker can read."""
    ended = Ended(MAILS + 1)
    async with open_inbox(Inbox(folder)) as relay:
        settings = DemoSettings.on_port(relay, max_attempts=1).model_copy(
            update={
                "log_level": "DEBUG",
                "dd_agent_host": "127.0.0.1",
                "dd_dogstatsd_port": port,
                "amqp_addr": SecretStr(f"amqp://takeoff:{PASSWORD}@nowhere.invalid"),
            }
        )
        container = Container(settings=settings, tracing=providers.Object(tracing))
        await container.renderer().load()
        source = InMemoryMessageSource(clock=container.clock())
        container.source.override(providers.Object(source))
        container.ledger.override(providers.Singleton(InMemoryLedger, clock=container.clock))
        container.observer.override(providers.Object(FanOut(worker=container.observer(), ended=ended)))
        codec, stop = ProtobufTaskCodec(), asyncio.Event()
        for number in range(MAILS):
            source.publish(codec.encode(task(number)))
        source.publish(codec.encode(task(0))[:-3])
        working = asyncio.create_task(container.worker()(stop))
        await asyncio.wait_for(ended.all.wait(), 60)
        stop.set()
        await working
    await asyncio.to_thread(container.datadog().close)
    return container


async def test_nothing_of_a_person_or_a_secret_is_told_and_every_mail_is_found_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with kept_traces(monkeypatch) as kept, udp_agent() as agent:
        tracing = DdtraceObserver(agent=AGENT, clock=SystemClock(), load=lambda _: kept.tracer)
        configure_logging(level="DEBUG", log_format=LogFormat.JSON, fields=tracing.log_fields)
        # The inbox that stands for the relay runs in this process, and prints its dialogues.
        logging.getLogger("mail").setLevel(logging.ERROR)
        logging.getLogger("mail.log").setLevel(logging.NOTSET)
        container = await deliver(tmp_path, tracing, agent.port)
        logging.getLogger().handlers[0].flush()
        printed = capfd.readouterr()
        told = {
            "log": printed.out + printed.err,
            "datadog": "\n".join(agent.lines()),
            "prometheus": container.prometheus().text(),
            "health": repr(container.components().now()),
            "traces": "\n".join(f"{span.name} {span.resource} {span.get_tags()}" for span in kept.spans),
        }
    assert [(sink, canary) for sink, text in told.items() for canary in CANARIES if canary in text] == []
    assert len(kept.named("takeoff.delivery")) == MAILS + 1
    assert "takeoff.emails.sent" in told["datadog"]
    assert [f"mail-{number}" for number in range(MAILS) if f'"mail-{number}"' not in told["log"]] == []
