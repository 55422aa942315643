"""The stranger's path of the README, as it stands there: an attendee got no ticket."""

import re
import shlex
from pathlib import Path

import pytest

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from domain.email_task import EmailTask, Ticket
from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.commands.hospital import Operator
from tests.integration.commands.test_hospital import NOON, letter, put
from tests.integration.worker.queues import take_all

README = Path(__file__).parents[3] / "README.md"
TASK = EmailTask(
    to="ada.lovelace@exmaple.org",
    category="Attendee_Ticket",
    subject="Your ticket",
    created_at=NOON,
    ticket=Ticket(code="TKT-1", event_name="Takeoff 2026"),
)


@pytest.fixture
def operator(broker: Broker, vhost: str, tmp_path: Path) -> Operator:
    return Operator(url=broker.address.url(vhost), directory=tmp_path)


def commands() -> list[list[str]]:
    section = README.read_text(encoding="utf-8").split("## An attendee got no ticket")[1]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found
    return [shlex.split(line)[2:] for line in found.group(1).splitlines()]


async def test_three_commands_lead_from_the_event_to_the_healed_mail(operator: Operator) -> None:
    await put(operator, [letter(1, content=ProtobufTaskCodec().encode(TASK))])
    find, edit, replay = commands()
    found = operator.run(*find)
    assert (found.returncode, found.stdout.count("Attendee_Ticket")) == (exit_codes.OK, 1)
    assert operator.run(*edit).returncode == exit_codes.OK
    assert operator.run(*replay).returncode == exit_codes.OK
    (message,) = await take_all(operator.url, "email_queue")
    sent = ProtobufTaskCodec().decode(message.body)
    assert isinstance(sent, DecodedTask)
    assert (sent.task.to, sent.task.ticket) == ("ada.lovelace@example.org", TASK.ticket)
