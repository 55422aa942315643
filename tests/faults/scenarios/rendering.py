"""F45, F46, F52: templates that never end, fill the memory, or are broken; and bodies that no task has."""

import resource
import shutil
from collections import Counter

from entrypoints import exit_codes
from tests.faults import queues
from tests.faults.fleet import Worker
from tests.faults.mails import TEMPLATES, Mail
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.stage import Stage

_RISKY = {"TEMPLATES_DIR": str(TEMPLATES)}
_GOOD = 200
# A little less than the 16 MiB that RabbitMQ takes from 4.0 on (max_message_size).
_BODY_BYTES = 15 * 1024 * 1024
# All memory that the worker may write to, heap, stacks and mappings; at rest it has some 90 MB of it. 256 MiB are
# enough beside RabbitMQ 3.10, and not beside 4.0.
_DATA_BYTES = 320 * 1024 * 1024


def endless(bad: int, selection: Selection = Selection.QUICK) -> Scenario:
    """Some tasks among 200 bring their template into an endless loop; heartbeats are due every second."""

    def play(stage: Stage) -> None:
        worker = stage.worker(AMQP_ADDR=f"{stage.url}?heartbeat=1")
        stage.send(_mixed(stage.mails(_GOOD), _bad(stage, bad, "loop")))
        while len(stage.relay.accepted()) < _GOOD and stage.wait_until(
            lambda: worker.status("/readyz") == 200, "a worker that answers and consumes", patience_s=2
        ):
            pass
        stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == bad, f"{bad} letters", patience_s=10 + 10 * bad)
        _require_reasons(stage, worker, render_timeout=bad)
        stage.require(not worker.lines("intake.lost"), "lost the broker")

    return Scenario(
        fault="F45", name=f"{bad} endless templates among {_GOOD} tasks", play=play, variables=_RISKY,
        expect=Expectation(hospital=(bad, bad)), selection=selection, patience_s=60 + 10 * bad,
    )  # fmt: skip


def giants(stage: Stage) -> None:
    """Templates that write 1 GB or double their values, and bodies of 15 MiB, in a worker of 320 MiB."""
    worker = stage.worker()
    resource.prlimit(worker.process.pid, resource.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
    bad = _bad(stage, 5, "fill") + _bad(stage, 5, "double")
    stage.send(_mixed(stage.mails(_GOOD), bad))
    stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == len(bad), "the letters of the templates")
    for count, oversized in enumerate(stage.mails(4, prefix="oversized", attached_bytes=_BODY_BYTES, fails=True), 1):
        # What cannot be read brings its key in the header. One at a time: it is there some three times while it moves.
        stage.send([oversized], headers={"x-mail-key": oversized.publication.key})
        worker.wait_until_log_has("email.hospitalised", len(bad) + count)
    _require_reasons(stage, worker, render_too_big=len(bad), too_big=4)
    stage.require(worker.running, "the worker did not survive")


def broken_template(stage: Stage) -> None:
    """A template is refused at the start, then fails at run time, then is mended, and its letters are moved back."""
    folder = stage.folder / "templates"
    shutil.copytree(TEMPLATES, folder)
    body = folder / "Held" / "body.html.j2"
    sound = body.read_text()
    body.write_text("{% if %}")
    worker = stage.starting(TEMPLATES_DIR=str(folder))
    code = worker.wait_for_end()
    stage.require(code == exit_codes.CONFIG_ERROR, f"exit code {code} for a broken template")
    stage.require("Held/body.html.j2:1" in worker.log_text, "does not name the broken template")

    # The samples at the start do not show it.
    body.write_text("{% if first_name | length > 3 %}{{ nothing }}{% endif %}x")
    worker.start()
    worker.wait_until_ready()
    stage.send(_mixed(stage.mails(40), stage.mails(10, prefix="held", category="Held")))
    # What is read at the start is all that counts.
    shutil.rmtree(folder)
    stage.wait_for_mails(40)
    stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == 10, "10 letters")
    _require_reasons(stage, worker, template_error=10)

    code = worker.stop()
    stage.require(code == exit_codes.OK, f"exit code {code} after SIGTERM")
    shutil.copytree(TEMPLATES, folder)
    stage.require(body.read_text() == sound, "not mended")
    worker.start()
    worker.wait_until_ready()
    queues.move(stage.url, queues.HOSPITAL, queues.TASKS)
    stage.wait_for_mails(50)


def _bad(stage: Stage, count: int, do: str) -> list[Mail]:
    return stage.mails(count, prefix=do, category="Risky", params={"do": do}, fails=True)


def _mixed(good: list[Mail], bad: list[Mail]) -> list[Mail]:
    """The bad ones spread evenly among the good ones."""
    every = len(good) // len(bad)
    return [
        mail
        for number, one in enumerate(good)
        for mail in ([bad[number // every], one] if number % every == 0 and number // every < len(bad) else [one])
    ]


def _require_reasons(stage: Stage, worker: Worker, **expected: int) -> None:
    found = Counter(line["reason"].partition(":")[0] for line in worker.lines("email.hospitalised"))
    stage.require(found == expected, f"reasons {dict(found)}")


SCENARIOS = (
    endless(3),
    Scenario(
        fault="F46", name="templates and bodies that fill the memory, 320 MiB", play=giants, variables=_RISKY,
        expect=Expectation(hospital=(14, 14)),
    ),
    Scenario(fault="F52", name="broken template, mended, its letters moved back", play=broken_template),
)  # fmt: skip

LONG = (endless(20, Selection.LONG),)
