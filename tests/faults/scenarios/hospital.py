"""F70 to F74: what an operator does while everything dies, twice at once, and to what is no mail at all."""

import base64
import hashlib
import json
import os
import random
import subprocess
import time
from typing import Any

from tests.faults import queues
from tests.faults.history import Letter
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import refuse
from tests.faults.stage import Stage
from tests.integration.commands.hospital import Operator

_LATE = "bad"


def operator(stage: Stage) -> Operator:
    """Somebody at the stage's broker and ledger, which keep the hospital's store, too."""
    return Operator(url=stage.url, directory=stage.folder, database_url=stage.database_url)


def fill(stage: Stage, letters: int) -> Operator:
    """Let so many mails be refused, and then the relay take everybody but `bad*`."""
    stage.relay.behave(refuse("*"))
    stage.worker()
    stage.publish(letters)
    stage.wait_until(
        lambda: stage.depth(queues.HOSPITAL) == letters, f"{letters} letters", patience_s=30 + letters / 50
    )
    stage.relay.behave(refuse(f"{_LATE}*"))
    desk = operator(stage)
    done = desk.run("admit", "--once")
    stage.require(done.returncode == 0, f"admit: {done.stderr[-200:]}")
    return desk


def take_letters(stage: Stage, desk: Operator) -> list[Letter]:
    """What waits in the store, as the reckoning wants it."""
    found = [json.loads(line) for line in desk.run("export", "--status", "waiting").stdout.splitlines()]
    return [
        Letter(
            key=each["key"],
            body_sha256=hashlib.sha256(base64.b64decode(each["body_base64"])).hexdigest(),
            reason=f"{each['reason']}:{each['reason_detail']}",
        )
        for each in found
    ]


def kill_everything(letters: int, late: int, rounds: int, selection: Selection = Selection.QUICK) -> Scenario:
    """Command, worker or broker are killed again and again, while letters arrive that the replay must not touch."""

    def play(stage: Stage) -> None:
        desk = fill(stage, letters)
        how = ("--canary", "5", "--rate", f"{max(20, letters // rounds)}/s", "--stop-if-failing", "20%")
        command = desk.start("replay", "--reason", "smtp 550", *how, output=subprocess.DEVNULL)
        # What comes before it has looked is its own.
        stage.wait_until(lambda: bool(_status(desk)), "a replay that can be resumed")
        arriving = stage.publishing(late, per_s=late / rounds, prefix=_LATE)
        for _ in range(rounds):
            time.sleep(random.uniform(0.5, 2.5))
            match random.choice(["command", "worker", "broker"]):
                case "command":
                    command.kill()
                case "worker":
                    stage.workers[0].kill()
                    stage.workers[0].start()
                case _:
                    stage.broker.kill()
                    stage.broker.start()
            if command.poll() is not None:
                command = desk.start("replay", "resume", "1", "--rate", "200/s", output=subprocess.DEVNULL)
        command.wait(600)
        arriving.result()
        stage.wait_until(lambda: _finish(desk), "the replay has nothing left", patience_s=300)
        stage.healed()
        stage.wait_until(lambda: _under_way(desk) == 0, "all mails of the replay ended", patience_s=120 + letters / 50)
        stage.keep(take_letters(stage, desk))
        waiting = [json.loads(line) for line in desk.run("list", "--json", "--limit", "10000").stdout.splitlines()]
        touched = [each for each in waiting if each["returned"] and not each["reason"].startswith("in_doubt")]
        stage.require(not touched, f"{len(touched)} letters came back, or were touched although they came late")

    return Scenario(
        fault="F70", name=f"{rounds} kills of command, worker, broker while {letters} of {letters + late} are replayed",
        play=play, alone=True, patience_s=180 + letters / 20, selection=selection,
        # Held in doubt is what a killed worker had between dot and reply: it has a letter and perhaps arrived.
        expect=Expectation(hospital=(late, late + 20 * rounds), extra_letters=20 * rounds),
        variables={"IN_DOUBT": "hold", "MAX_ATTEMPTS": "30"},
    )  # fmt: skip


def _finish(desk: Operator) -> bool:
    desk.run("replay", "resume", "1", timeout_s=600)
    status = _status(desk)
    return bool(status) and status[-1]["left"] == 0


def _under_way(desk: Operator) -> int:
    return sum(each["under_way"] for each in _status(desk))


def _status(desk: Operator) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.run("replay", "status", "--json").stdout.splitlines()]


def two_terminals(letters: int, rounds: int, selection: Selection = Selection.QUICK) -> Scenario:
    """The same replay from two terminals at the same moment, and once more."""

    def play(stage: Stage) -> None:
        stage.relay.behave(refuse("*"))
        stage.worker()
        for number in range(rounds):
            stage.relay.behave(refuse("*"))
            stage.publish(letters)
            stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == letters, f"{letters} letters")
            desk = operator(stage)
            desk.run("admit", "--once")
            stage.relay.behave()
            both = [desk.start("replay", "--reason", "smtp 550") for _ in range(2)]
            told = [each.communicate(timeout=120)[0] for each in both]
            sent = sum(each.count(" is replayed") for each in told)
            stage.require(sent == letters, f"round {number}: {sent} replayed, not {letters}")
            refused = [line for each in told for line in each.splitlines() if "does not wait" in line]
            stage.require(all("replayed by " in line for line in refused), "a refusal does not say by whom")
            stage.wait_for_mails(letters * (number + 1))
        stage.healed()

    return Scenario(
        fault="F71", name=f"two terminals replay the same {letters}, {rounds} rounds", play=play, selection=selection,
        patience_s=120, expect=Expectation(recovery_s=600),
    )  # fmt: skip


def replay_sent(stage: Stage) -> None:
    """Letters of mails that were sent: refused, each with the relay's reply."""
    stage.worker()
    mails = stage.publish(5)
    stage.wait_for_mails(5)
    story = {"x-mail-reason": "attempts_exhausted", "x-mail-failed-at": "2999-01-01T00:00:00+00:00"}
    queues.publish(stage.url, [mail.body for mail in mails], queue=queues.HOSPITAL, headers=story)
    desk = operator(stage)
    done = desk.run("replay", "--all")
    stage.require(done.returncode == 1, f"exit code {done.returncode}")
    stage.require(done.stderr.count("the mail was sent") == 5, "not each refusal says that the mail was sent")
    stage.require(done.stderr.count(": 250 ") == 5, "not each refusal has the relay's reply")
    stage.require(stage.depth(queues.TASKS) == 0, "something was published")


def relay_down(letters: int, selection: Selection = Selection.QUICK) -> Scenario:
    """All letters are replayed while the relay is down: none comes back because of it."""

    def play(stage: Stage) -> None:
        desk = fill(stage, letters)
        stage.relay.down()
        done = desk.run("replay", "--reason", "smtp 550", timeout_s=600)
        stage.require(done.returncode == 0, f"replay: {done.stderr[-200:]}")
        time.sleep(5)
        stage.require(stage.depth(queues.HOSPITAL) == 0, "something is in the hospital")
        (status,) = [json.loads(line) for line in desk.run("replay", "status", "--json").stdout.splitlines()]
        stage.require(status["returned"] == 0, f"{status['returned']} came back")
        stage.relay.up()
        stage.healed()

    return Scenario(
        fault="F73", name=f"{letters} letters replayed while the relay is down", play=play, selection=selection,
        patience_s=120 + letters / 50,
    )  # fmt: skip


def no_mail_at_all(stage: Stage) -> None:
    """Random bytes and strangers' messages in the hospital: listed, shown, exported, discarded one by one, purged."""
    queues.declare(stage.url, queues.HOSPITAL)
    strange = [b"", b"\x00\xff", b"hello", *(os.urandom(random.randint(1, 200)) for _ in range(27))]
    bodies = sorted(set(strange))
    queues.publish(stage.url, bodies, queue=queues.HOSPITAL)
    desk = operator(stage)
    listed = [json.loads(line) for line in desk.run("list", "--json").stdout.splitlines()]
    stage.require(len(listed) == len(bodies), f"{len(listed)} of {len(bodies)} are listed")
    shown = desk.run("show", str(listed[0]["id"]))
    stage.require(shown.returncode == 0 and "no task: " in shown.stdout, "no hex dump")
    exported = [json.loads(line)["body_base64"] for line in desk.run("export").stdout.splitlines()]
    stage.require(sorted(map(base64.b64decode, exported)) == bodies, "the export has other bodies")
    for each in listed[:3]:
        stage.require(desk.run("discard", str(each["id"])).returncode == 0, "not discarded")
    file = stage.folder / "purged.jsonl"
    purge = ("purge", "--archived-before", "2999-01-01", "--export", str(file))
    stage.require(desk.run(*purge, typed="2\n").returncode == 1, "a wrong number purges")
    file.unlink()
    stage.require(desk.run(*purge, typed="3\n").returncode == 0, "the right number does not purge")
    left = desk.run("list", "--status", "all", "--json", "--limit", "99").stdout.splitlines()
    stage.require(len(left) == len(bodies) - 3, f"{len(left)} are left")
    stage.worker()


SCENARIOS = (
    kill_everything(120, 12, 3),
    Scenario(fault="F72", name="5 letters of mails that were sent are replayed", play=replay_sent),
)

LONG = (
    kill_everything(5000, 500, 50, Selection.LONG),
    two_terminals(30, 50, Selection.LONG),
    relay_down(5000, Selection.LONG),
    Scenario(fault="F74", name="30 letters that are no mails", play=no_mail_at_all, selection=Selection.LONG),
)
