"""The demo as a reader of the README runs it: in an empty folder, without a terminal."""

import json
import os
import shlex
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

COMMAND = Path(sys.executable).with_name("takeoff-mailer")
SECOND_START_S = 5.0


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "SMTP_RELAY": "elsewhere.example.org", "CONCURRENCY": "nonsense"}
    command = [str(COMMAND), "demo", "--tasks", "12", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_every_task_meets_its_fate_and_the_mails_can_be_read(tmp_path: Path) -> None:
    """Whatever `.env` and environment say: the demo's mails go nowhere but into its inbox."""
    (tmp_path / ".env").write_text("AMQP_ADDR=amqp://elsewhere.example.org\nMAX_ATTEMPTS=1\n")
    done = run(tmp_path, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    *news, summary = map(json.loads, done.stdout.splitlines())
    assert summary["surprises"] == []
    assert summary["fates"] == {
        "sent, after 1 attempt": 6,
        "sent, after 2 attempts": 1,
        "in the hospital, refused_permanently:rcpt, after 1 attempt": 1,
        "in the hospital, attempts_exhausted:rcpt, after 3 attempts": 1,
        "in the hospital, bad_wire:truncated, after 0 attempts": 1,
        "in the hospital, unknown_category:No_Such_Template, after 0 attempts": 1,
        "in the hospital, bad_address:not_one_mailbox, after 0 attempts": 1,
    }
    assert len(news) == 12 + 3
    mails = sorted(Path(summary["inbox"]).parent.glob("*.eml"))
    assert len(mails) == 7
    assert all(message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"] for mail in mails)
    index = Path(summary["inbox"]).read_text()
    assert all(f'href="{number}.html"' in index for number in range(1, 8))


def test_its_hospital_can_be_healed_by_the_commands_that_it_prints(tmp_path: Path) -> None:
    run(tmp_path)
    summary = json.loads(run(tmp_path, "--json").stdout.splitlines()[-1])
    assert sum(summary["hospital"].values()) == 5
    export, *commands = summary["commands"]
    environment = {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}"}
    environment |= dict(pair.split("=", 1) for pair in shlex.split(export)[1:])
    outputs = [
        subprocess.run(
            ["/bin/sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout
        for command in commands
    ]
    groups, listed, shown, edited, again = outputs
    assert "unknown_category:No_Such_Template" in groups
    assert "550 5.1.1 no such mailbox" in listed
    assert "refused_permanently:rcpt" in shown or "attempts_exhausted:rcpt" in shown
    assert edited.splitlines()[0] == "letter 6 is letter 1 with another to"
    assert len(again.splitlines()) == 1 + 5


def test_without_a_terminal_it_prints_plain_lines_and_a_second_start_is_quick(tmp_path: Path) -> None:
    run(tmp_path)
    started = time.monotonic()
    with subprocess.Popen(
        [str(COMMAND), "demo", "--tasks", "12"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as again:
        assert again.stdout
        first = again.stdout.readline()
        assert time.monotonic() - started < SECOND_START_S
        rest = again.stdout.read()
    assert again.returncode == 0
    assert first.split()[:2] == ["demo-001", "good"]
    assert "sent, after 1 attempt" in first
    assert "\x1b" not in rest
    assert str(tmp_path / "demo-inbox" / "index.html") in rest
