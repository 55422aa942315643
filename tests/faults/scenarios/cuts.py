"""F33 to F37: the connection to the relay ends, or nobody answers, at every possible byte."""

import time

from tests.faults.mails import TEMPLATES
from tests.faults.proxy import Fault
from tests.faults.queues import HOSPITAL
from tests.faults.relay.options import Options
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario
from tests.faults.stage import Stage

_ENOUGH = {"MAX_ATTEMPTS": "20"}
# 40 kB on the wire, less the mail around the file, in base64 with its line ends.
_MAIL_BYTES, _FILE_BYTES = 40_000, 20_000


def cut_everywhere(stage: Stage) -> None:
    """A 40 kB mail is cut at every kilobyte, each on a connection of its own."""
    proxy = stage.proxy(stage.relay.port)
    worker = stage.worker(SMTP_RELAY=f"127.0.0.1:{proxy.port}")
    for mails, position in enumerate(range(1000, _MAIL_BYTES, 1000)):
        # Else the reset would hit the mail before this one behind its dot, on its second try.
        worker.wait_until_log_has("email.sent", mails)
        proxy.reset_all()
        proxy.inflict(Fault(limit_bytes=position, times=1))
        stage.publish(1, attached_bytes=_FILE_BYTES)
        stage.wait_until(lambda: proxy.cuts > 0, f"a cut at byte {position}")
    proxy.heal()
    stage.healed()


def cut_after_dot(policy: str) -> Scenario:
    """Ten mails are stored and their connection cut, ten are cut and not stored, ten are fine."""

    def play(stage: Stage) -> None:
        stage.relay.behave(
            Rule(on=Point.DOT, do=Act.RESET, store=True, rcpt="stored*", times=10),
            Rule(on=Point.DOT, do=Act.RESET, rcpt="dropped*", times=10),
        )
        stage.worker(IN_DOUBT=policy)
        for prefix in ("stored", "dropped", "fine"):
            stage.publish(10, prefix=prefix)

    held = policy == "hold"
    expect = Expectation(hospital=(20, 20)) if held else Expectation(duplicates=10)
    return Scenario(
        fault="F34", name=f"cut after the dot, stored or not ({policy})", play=play, expect=expect, variables=_ENOUGH
    )


def category_holds(stage: Stage) -> None:
    """The setting says resend, the category of the mails hold: cut after the dot, by both ends."""
    stage.relay.behave(
        Rule(on=Point.DOT, do=Act.RESET, store=True, rcpt="stored*", times=10),
        Rule(on=Point.DOT, after_s=1, rcpt="killed*"),
    )
    worker = stage.worker(IN_DOUBT="resend", TEMPLATES_DIR=str(TEMPLATES))
    stage.publish(10, prefix="stored", category="Held")
    stage.wait_until(lambda: stage.depth(HOSPITAL) == 10, "10 letters")
    stage.publish(10, prefix="killed", category="Held")
    stage.wait_until(lambda: stage.relay.counts().get(Point.DOT, 0) >= 20, "10 dots on their way")
    worker.kill()
    worker.start()
    stage.publish(10, prefix="fine")


def slow_reply(stage: Stage) -> None:
    """The final reply takes twice the lease; others go on meanwhile."""
    stage.relay.behave(Rule(on=Point.DOT, after_s=6, rcpt="slow*"))
    stage.worker()
    stage.publish(5, prefix="slow")
    stage.publish(50)
    stage.wait_for_mails(50, patience_s=5)


def late_reply(policy: str, *, store: bool) -> Scenario:
    """The final reply comes after our patience has ended."""

    def play(stage: Stage) -> None:
        late = Act.USUAL if store else Act.CLOSE
        stage.relay.behave(Rule(on=Point.DOT, do=late, after_s=2, store=store, rcpt="late*", times=5))
        stage.worker(IN_DOUBT=policy, SMTP_TIMEOUTS='{"dot_s": 1}')
        stage.publish(5, prefix="late")
        stage.publish(10)

    held = policy == "hold"
    expect = Expectation(hospital=(5, 5)) if held else Expectation(duplicates=5 if store else 0)
    what = "stored" if store else "not stored"
    return Scenario(
        fault="F36", name=f"reply after our patience, {what} ({policy})", play=play, expect=expect, variables=_ENOUGH
    )


def sleeping_receiver(policy: str, attached_bytes: int) -> Scenario:
    """The receiver falls asleep after its 354 and reads on when we have given up.

    A mail that fits into the kernels' buffers is wholly sent by then, dot and all: in doubt. A larger one never is.
    """

    def play(stage: Stage) -> None:
        stage.relay.become(Options(receive_buffer_bytes=4096))
        stage.relay.down()
        stage.relay.up()
        stage.relay.behave(Rule(on=Point.BODY, after_s=3, times=3))
        stage.worker(IN_DOUBT=policy, SMTP_TIMEOUTS='{"dot_s": 1, "block_s": 1}')
        stage.publish(3, attached_bytes=attached_bytes)
        time.sleep(5)

    held = policy == "hold"
    expect = Expectation(hospital=(0, 3 if held else 0), duplicates=0 if held else 3)
    return Scenario(
        fault="F37", name=f"receiver sleeps in DATA, {attached_bytes // 1000} kB attached ({policy})", play=play,
        expect=expect, variables=_ENOUGH,
    )  # fmt: skip


SCENARIOS = (
    # The last positions may lie behind the dot: then the cut is one in doubt.
    Scenario(
        fault="F33", name="40 kB mail cut at every kilobyte", play=cut_everywhere, variables=_ENOUGH,
        expect=Expectation(duplicates=1),
    ),
    cut_after_dot("resend"),
    cut_after_dot("hold"),
    Scenario(
        fault="F34", name="cut or killed after the dot, category holds, setting resends", play=category_holds,
        expect=Expectation(hospital=(20, 20)), variables=_ENOUGH,
    ),
    Scenario(fault="F35", name="final reply after 6 s, lease 3 s", play=slow_reply),
    late_reply("resend", store=True),
    late_reply("resend", store=False),
    late_reply("hold", store=True),
    sleeping_receiver("resend", 0),
    sleeping_receiver("hold", 20_000),
    sleeping_receiver("resend", 700_000),
    # As much as a task may carry: a mail of 1.3 MB.
    sleeping_receiver("resend", 990_000),
)  # fmt: skip
