"""`takeoff-mailer trace` on a ledger with a mail that was deferred and then sent."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.database.ledger import DatabaseLedger
from application.ports.ledger import Claim
from domain.attempt import Attempt
from domain.idempotency_key import message_id
from domain.next_step import Finish, NextStep, Retry
from domain.reply import Reply
from entrypoints import exit_codes
from entrypoints.commands.trace import run_trace
from tests.doubles.clock import START, ManualClock
from tests.doubles.observer import RecordingObserver

RELAY = "relay.example.org:465"
LATER = Reply(code=451, text="4.7.1 later")
DEFERRED = Attempt(
    started_at=START + timedelta(seconds=2), duration_s=0.5, outcome="Refused", phase="rcpt", relay=RELAY, reply=LATER
)
TAKEN = replace(
    DEFERRED, started_at=START + timedelta(seconds=32.5), outcome="Accepted", phase="", reply=Reply(code=250, text="ok")
)


@pytest.fixture(autouse=True)
def ledger(environment: Callable[..., None], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/takeoff.db"
    environment(DATABASE_URL=url)

    async def fill() -> None:
        clock = ManualClock()
        made = DatabaseLedger(url=url, lease_s=30, retention_days=30, clock=clock, observer=RecordingObserver())
        async with made:
            await deliver(made, Retry(delay_s=30, attempts=1, cause="rcpt", relay=RELAY, reply=LATER), DEFERRED)
            await deliver(made, Finish(attempts=1, reply=Reply(code=250, text="ok"), relay=RELAY), TAKEN)

    asyncio.run(fill())


async def deliver(ledger: DatabaseLedger, step: NextStep, attempt: Attempt) -> None:
    claim = await ledger.claim("order-17", body_hash=b"\x01" * 32)
    assert isinstance(claim, Claim)
    await ledger.conclude(claim, step, attempt)


def test_every_attempt_is_told_with_the_relays_words_and_the_waits_between(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_trace("order-17", as_json=False) == exit_codes.OK
    told = capsys.readouterr().out
    first, second = (line for line in told.splitlines() if line.startswith("tried"))
    assert first.endswith(f"Refused rcpt {RELAY}, 0.50 s 451 4.7.1 later")
    assert second.endswith(f"Accepted {RELAY}, 0.50 s 250 ok")
    assert [line.split()[1] for line in told.splitlines() if line.startswith("waited")] == ["2.0", "30.0"]
    assert ": the relay has it" in told


def test_scripts_get_the_same_by_the_message_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_trace(f"<{message_id('order-17', domain='takeoff.test')}>", as_json=True) == exit_codes.OK
    story = json.loads(capsys.readouterr().out)
    assert (story["key"], story["state"], story["attempts"]) == ("order-17", "sent", 1)
    assert [(each["outcome"], each["reply"], each["waited_s"]) for each in story["tries"]] == [
        ("Refused", "451 4.7.1 later", 2.0),
        ("Accepted", "250 ok", 30.0),
    ]


@pytest.mark.parametrize(("name", "hint"), [("order-18", False), ("ada@example.org", True)])
def test_a_mail_that_nobody_knows_is_an_exit_code(capsys: pytest.CaptureFixture[str], name: str, hint: bool) -> None:
    assert run_trace(name, as_json=False) == exit_codes.FAILED
    assert ("hospital list" in capsys.readouterr().err) is hint


def test_without_a_database_that_is_what_is_told(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    environment(DATABASE_URL="sqlite:////proc/nowhere/takeoff.db")
    assert run_trace("order-17", as_json=False) == exit_codes.UNAVAILABLE
    assert capsys.readouterr().err.startswith("database: ")
