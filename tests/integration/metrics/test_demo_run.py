"""Real mails through the worker's own container: figures of them reach an agent and `/metrics`, their data do not."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from adapters.clock.system_clock import SystemClock
from adapters.memory.ledger import InMemoryLedger
from adapters.memory.message_source import InMemoryMessageSource
from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.fan_out import FanOut
from application.ports.observer import Observer
from domain.email_task import EmailTask
from domain.events import Event
from domain.mail_events import EmailHospitalised, EmailSent
from entrypoints.container import Container
from entrypoints.demo.inbox import Inbox, open_inbox
from entrypoints.demo.settings import DemoSettings
from tests.doubles.agent import free_udp_port, parsed, strangers, udp_agent

MAILS = 20
CANARY = "canary"


class Ended(Observer):
    """Sets `all` when every mail has met its fate."""

    def __init__(self, mails: int) -> None:
        self.all = asyncio.Event()
        self._left = mails

    def notify(self, event: Event) -> None:
        if isinstance(event, EmailSent | EmailHospitalised):
            self._left -= 1
            if not self._left:
                self.all.set()


def task(number: int) -> EmailTask:
    """A mail whose every text is a canary; every fourth has no mailbox, and every fifth no template."""
    mailbox = "unknown" if number % 4 == 0 else "guest"
    return EmailTask(
        to=f"{mailbox}.{CANARY}{number}@{CANARY}.example",
        category=f"{CANARY}_Category" if number % 5 == 0 else "Attendee_Registration_Successful",
        subject=f"{CANARY} subject",
        first_name=f"{CANARY} name",
        task_id=f"{CANARY}-{number}",
        created_at=SystemClock().now() - timedelta(seconds=90),
    )


async def run(folder: Path, *, agent_port: int) -> tuple[Container, str]:
    """Deliver all mails with Datadog's agent on this port; the relay's name is the second result."""
    ended = Ended(MAILS)
    async with open_inbox(Inbox(folder)) as port:
        settings = DemoSettings.on_port(port, max_attempts=2).model_copy(
            update={"dd_agent_host": "127.0.0.1", "dd_dogstatsd_port": agent_port, "dd_trace_enabled": False}
        )
        container = Container(settings=settings)
        await container.renderer().load()
        source = InMemoryMessageSource(clock=container.clock())
        container.source.override(providers.Object(source))
        container.ledger.override(providers.Singleton(InMemoryLedger, clock=container.clock))
        container.observer.override(providers.Object(FanOut(worker=container.observer(), ended=ended)))
        codec, stop = ProtobufTaskCodec(), asyncio.Event()
        for number in range(1, MAILS + 1):
            source.publish(codec.encode(task(number)))
        working = asyncio.create_task(container.worker()(stop))
        await asyncio.wait_for(ended.all.wait(), 60)
        stop.set()
        await working
    await asyncio.to_thread(container.datadog().close)
    return container, settings.relay_names[0]


def total(lines: list[str], name: str) -> float:
    return sum(float(line.split(":")[1].split("|")[0]) for line in lines if line.startswith(f"{name}:"))


async def test_an_agent_gets_the_figures_of_every_mail_and_nothing_of_what_is_in_it(tmp_path: Path) -> None:
    with udp_agent() as agent:
        container, relay = await run(tmp_path, agent_port=agent.port)
        lines = agent.lines()
    assert total(lines, "takeoff.messages.received") == MAILS
    assert total(lines, "takeoff.emails.sent") == 12
    assert total(lines, "takeoff.emails.hospitalised") == 8
    ages = [line for line in lines if line.startswith("takeoff.email.age:")]
    assert len(ages) == 12
    assert all(float(line.split(":")[1].split("|")[0]) >= 90 for line in ages)
    assert strangers(lines, relays=[relay]) == []
    reasons = {tags["reason"] for name, tags in map(parsed, lines) if name == "takeoff.emails.hospitalised"}
    assert reasons == {"refused_permanently", "unknown_category"}
    page = container.prometheus().text()
    assert f'takeoff_emails_sent_total{{relay="{relay}"}} 12' in page
    assert CANARY not in "\n".join(lines)
    assert CANARY not in page


async def test_without_an_agent_every_mail_meets_its_fate_and_the_log_says_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    container, relay = await run(tmp_path, agent_port=free_udp_port())
    assert f'takeoff_emails_sent_total{{relay="{relay}"}} 12' in container.prometheus().text()
    assert [record for record in caplog.records if record.name.startswith("datadog")] == []
