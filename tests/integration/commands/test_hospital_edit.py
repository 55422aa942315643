"""A letter is edited from the command line: another mail goes out, and the original stays as it was."""

import base64
from pathlib import Path

import pytest

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from domain.email_task import EmailTask
from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.commands.hospital import Operator
from tests.integration.commands.test_hospital import body, letter, put
from tests.integration.worker.queues import take_all
from tests.unit.adapters.protobuf.real_tasks import field

NEWER = field(90, b"of a newer producer")


@pytest.fixture
def operator(broker: Broker, vhost: str, tmp_path: Path) -> Operator:
    return Operator(url=broker.address.url(vhost), directory=tmp_path)


def task_of(content: bytes) -> EmailTask:
    decoded = ProtobufTaskCodec().decode(content)
    assert isinstance(decoded, DecodedTask)
    return decoded.task


async def test_the_new_mail_has_the_new_recipient_and_everything_else_of_the_old_one(operator: Operator) -> None:
    await put(operator, [letter(1, content=body(1) + NEWER)])
    assert operator.objects("edit", "1", "--set", "to=new@example.com") == [{"id": 2, "original": 1, "changed": ["to"]}]
    assert operator.run("replay", "2").returncode == exit_codes.OK
    (message,) = await take_all(operator.url, "email_queue")
    assert message.body == body(1).replace(field(1, b"guest1@example.org"), field(1, b"new@example.com")) + NEWER
    assert task_of(message.body).to == "new@example.com"
    assert len(str(message.headers["x-mail-key"])) == 32
    (original,) = operator.objects("show", "1")
    assert (original["status"], base64.b64decode(original["body_base64"])) == ("archived", body(1) + NEWER)
    assert operator.objects("show", "2")[0]["original"] == 1


async def test_an_invalid_edit_is_one_line_with_the_fields_name_and_changes_nothing(operator: Operator) -> None:
    await put(operator, [letter(1)])
    for change, word in (("to=nobody", "to: "), ("too=a@b.example", "too: "), ("subject=", "subject: ")):
        done = operator.run("edit", "1", "--set", change)
        assert (done.returncode, done.stderr.count("\n")) == (exit_codes.DATA_ERROR, 1)
        assert done.stderr.startswith(word)
    assert [each["id"] for each in operator.objects("list", "--status", "all")] == [1]


async def test_the_editor_gets_the_task_as_text_and_what_it_saves_is_the_new_mail(operator: Operator) -> None:
    await put(operator, [letter(1)])
    done = operator.run("edit", "1", environment={"EDITOR": "sed -i s/guest1@example.org/new@example.com/"})
    assert done.returncode == exit_codes.OK, done.stderr
    assert done.stdout.splitlines()[0] == "letter 2 is letter 1 with another to"
    assert operator.objects("show", "2")[0]["task"]["to"] == "new@example.com"
    assert operator.run("edit", "2", environment={"EDITOR": "true"}).stderr == "nothing was changed\n"
    assert operator.run("edit", "2", environment={"EDITOR": "false"}).returncode == exit_codes.DATA_ERROR
