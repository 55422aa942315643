"""Letters leave a store, come into another one, and are deleted only after all of that was asked."""

import json
import stat
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.commands.hospital import Operator
from tests.integration.commands.test_hospital import body, letter, put
from tests.integration.worker.queues import take_all


@pytest.fixture
def operator(broker: Broker, vhost: str, tmp_path: Path) -> Operator:
    return Operator(url=broker.address.url(vhost), directory=tmp_path)


async def test_an_export_makes_the_same_store_elsewhere(operator: Operator, tmp_path: Path) -> None:
    await put(operator, [letter(number) for number in range(3)])
    await put(operator, [letter(3, content=b"\x00\xff damaged")])
    assert len(operator.objects("discard", "2")) == 1
    assert operator.run("note", "1", "asked Ada, é").returncode == exit_codes.OK
    file = tmp_path / "letters.jsonl"
    assert operator.run("export", "--output", str(file)).returncode == exit_codes.OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert operator.run("export", "--output", str(file)).returncode == exit_codes.CANNOT_CREATE
    (tmp_path / "elsewhere").mkdir()
    other = Operator(url=operator.url, directory=tmp_path / "elsewhere")
    for told in ("4 imported, 0 were there already", "0 imported, 4 were there already"):
        assert other.run("import", str(file)).stderr == f"{told}\n"
    for status in ("all", "waiting", "archived"):
        assert other.objects("list", "--status", status) == operator.objects("list", "--status", status)
    shown = [each.objects("show", number) for each in (operator, other) for number in "124"]
    assert shown[:3] == shown[3:]
    assert other.run("export", "--status", "waiting").stdout == operator.run("export", "--status", "waiting").stdout
    assert other.run("replay", "1").returncode == exit_codes.OK
    assert [message.body for message in await take_all(operator.url, "email_queue")] == [body(0)]


async def test_a_file_with_one_bad_line_imports_nothing(operator: Operator, tmp_path: Path) -> None:
    await put(operator, [letter(1)])
    file = tmp_path / "letters.jsonl"
    file.write_text(operator.run("export").stdout + json.dumps({"id": 7}) + "\n")
    (tmp_path / "elsewhere").mkdir()
    other = Operator(url=operator.url, directory=tmp_path / "elsewhere")
    done = other.run("import", str(file))
    assert (done.returncode, done.stderr.count("\n")) == (exit_codes.DATA_ERROR, 1)
    assert other.objects("list") == []


@pytest.mark.parametrize(("typed", "left"), [("2", [3]), ("1", [3, 2, 1]), ("", [3, 2, 1]), ("yes", [3, 2, 1])])
async def test_a_purge_exports_first_and_wants_the_number_typed(
    operator: Operator, tmp_path: Path, typed: str, left: list[int]
) -> None:
    await put(operator, [letter(number) for number in range(3)])
    assert len(operator.objects("discard", "1", "2")) == 2
    file = tmp_path / "purged.jsonl"
    options = ("--archived-before", "2999-01-01", "--export", str(file))
    assert "2 would be deleted" in operator.run("purge", *options, "--dry-run").stderr
    assert not file.exists()
    done = operator.run("purge", *options, typed=typed + "\n")
    assert done.returncode == (exit_codes.OK if typed == "2" else exit_codes.FAILED), done.stderr
    assert [each["id"] for each in operator.objects("list", "--status", "all")] == left
    assert len(file.read_text().splitlines()) == 2
    assert operator.run("purge", *options, typed="2\n").returncode == (
        exit_codes.OK if typed == "2" else exit_codes.CANNOT_CREATE
    )
    if typed == "2":
        assert "2 imported" in operator.run("import", str(file)).stderr
