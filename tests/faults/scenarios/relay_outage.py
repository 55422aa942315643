"""F25 to F32: the relay is down, refuses us, or ends connections as it likes."""

import time

from tests.faults import queues
from tests.faults.relay.options import Options
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.broker import be_busy, refuse
from tests.faults.stage import Stage, since

_MINUTE_S = 60.0
# 1, 2, 4 ... 60 s: so long until the pace is one probe a minute.
_PACE_S = 120.0
# Tries that were under way when the breaker opened, and the breaker's own first probes.
_FIRST_BURST_S = 3.0


def outage(queued: int, down_s: float, selection: Selection = Selection.QUICK) -> Scenario:
    """The relay refuses connections while tasks pile up."""

    def play(stage: Stage) -> None:
        stage.relay.down()
        stage.worker()
        stage.publish(queued)
        time.sleep(down_s)
        stage.require(stage.depth(queues.HOSPITAL) == 0, "something is in the hospital")
        stage.require(stage.attempts() == 0, "attempts were charged")
        stage.relay.up()
        stage.healed()

    return Scenario(
        fault="F25", name=f"relay down for {down_s:.0f} s with {queued} queued", play=play, selection=selection,
        patience_s=60 + queued / 50,
    )  # fmt: skip


def hang_up(stage: Stage) -> None:
    """The relay ends every connection before its greeting; how often it is asked is counted."""
    stage.relay.behave(Rule(on=Point.CONNECT, do=Act.CLOSE))
    stage.worker()
    stage.publish(40)
    time.sleep(10)
    asked = len(stage.relay.heard("CONNECT"))
    stage.require(asked <= 20 + 5, f"asked {asked} times within 10 s: 20 at once and 4 probes were enough")
    stage.relay.behave()
    stage.healed()


def refused_login(code: str, selection: Selection = Selection.QUICK) -> Scenario:
    """The login is refused, and must not be tried more than once a minute after the first burst."""

    def play(stage: Stage) -> None:
        stage.relay.become(Options(tls="starttls", auth=True))
        stage.relay.behave(Rule(on=Point.AUTH, do=Act.REPLY, text=f"{code} 5.7.8 who are you?"))
        stage.worker(**_with_login(stage))
        stage.publish(40)
        stage.wait_until(lambda: stage.relay.counts().get("AUTH", 0) > 0, "a login")
        time.sleep(15)
        tries = stage.relay.heard("AUTH")
        late = [moment for moment in since(tries[0], tries) if moment > _FIRST_BURST_S]
        stage.require(not late, f"{len(late)} more logins within 15 s")
        stage.relay.behave()
        stage.healed()

    return Scenario(
        fault="F27", name=f"login refused with {code}: at most one try a minute", play=play, patience_s=90,
        expect=Expectation(recovery_s=_MINUTE_S + 5), selection=selection,
    )  # fmt: skip


def long_outage(queued: int, down_s: float) -> Scenario:
    """The relay ends every connection, so that how often it is asked can be counted."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=Point.CONNECT, do=Act.CLOSE))
        stage.worker()
        stage.publish(queued)
        time.sleep(down_s)
        asked = stage.relay.heard("CONNECT")
        late = [moment for moment in since(asked[0], asked) if moment > _PACE_S]
        most = 2 * (down_s - _PACE_S) / _MINUTE_S + 1
        stage.require(len(late) <= most, f"asked {len(late)} times after the first 2 min, allowed {most:.0f}")
        stage.require(stage.depth(queues.HOSPITAL) == 0, "something is in the hospital")
        stage.require(stage.attempts() == 0, "attempts were charged")
        stage.relay.behave()
        stage.healed()

    return Scenario(
        fault="F25", name=f"relay away for {down_s:.0f} s with {queued} queued: 2 probes a minute", play=play,
        selection=Selection.LONG, patience_s=60 + queued / 50,
    )  # fmt: skip


def refuses_us(point: Point, tasks: int, selection: Selection = Selection.QUICK) -> Scenario:
    """A 5xx that is about us and not about a mail."""

    def play(stage: Stage) -> None:
        stage.relay.behave(Rule(on=point, do=Act.REPLY, text="554 5.7.1 your address is on a list"))
        stage.relay.become(Options(tls="starttls", auth=True))
        stage.worker(**_with_login(stage))
        stage.publish(tasks)
        time.sleep(5)
        stage.require(stage.depth(queues.HOSPITAL) == 0, "something is in the hospital")
        stage.relay.behave()
        stage.healed()

    # A login that was refused is tried again after a minute.
    recovery_s = _MINUTE_S + 5 if point is Point.AUTH else _MINUTE_S
    return Scenario(
        fault="F30", name=f"5xx at {point}, {tasks} tasks: nothing for the hospital", play=play, selection=selection,
        expect=Expectation(recovery_s=recovery_s), patience_s=90 + tasks / 50,
    )  # fmt: skip


def busy(stage: Stage) -> None:
    """4xx for ever at RCPT, DATA and the dot: each is tried three times and then in the hospital."""
    stage.relay.behave(
        be_busy(None, "rcpt*"),
        Rule(on=Point.DATA, do=Act.REPLY, text="451 4.3.0 later", rcpt="data*"),
        Rule(on=Point.DOT, do=Act.REPLY, text="452 4.3.1 full", rcpt="dot*"),
    )
    stage.worker()
    for prefix in ("rcpt", "data", "dot", "fine"):
        stage.publish(10, prefix=prefix)
    stage.wait_for_mails(10)
    stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == 30, "30 letters")
    heard = stage.relay.counts()["RCPT"]
    stage.require(heard == 30 * 3 + 10, f"{heard} RCPTs, 100 were due")


def refused_mails(stage: Stage) -> None:
    """5xx at RCPT and at the dot: in the hospital after one try."""
    stage.relay.behave(refuse("rcpt*"), Rule(on=Point.DOT, do=Act.REPLY, text="554 5.6.0 no", rcpt="dot*"))
    stage.worker()
    for prefix in ("rcpt", "dot", "fine"):
        stage.publish(10, prefix=prefix)
    stage.wait_for_mails(10)
    stage.wait_until(lambda: stage.depth(queues.HOSPITAL) == 20, "20 letters")
    heard = stage.relay.counts()["RCPT"]
    stage.require(heard == 30, f"{heard} RCPTs, 30 were due")


def idle_close(stage: Stage) -> None:
    """Idle connections are ended with 421; the next mail must not be charged for it."""
    stage.relay.become(Options(idle_close_s=0.5))
    stage.worker()
    for number in range(3):
        stage.publish(10)
        stage.wait_for_mails(10 * (number + 1))
        time.sleep(1)
    _nothing_was_charged(stage)


def few_mails_a_session(stage: Stage) -> None:
    """421 to every fourth mail of a session."""
    stage.relay.become(Options(max_mails=3))
    stage.worker()
    stage.publish(100)
    stage.wait_for_mails(100)
    _nothing_was_charged(stage)


def _nothing_was_charged(stage: Stage) -> None:
    retries = sum(len(worker.lines("email.retry_scheduled")) for worker in stage.workers)
    stage.require(retries == 0, f"{retries} mails were charged an attempt")


def _with_login(stage: Stage) -> dict[str, str]:
    return {
        "SMTP_TLS": "starttls",
        "SMTP_CA_FILE": str(stage.relay.ca_file),
        "SMTP_USER": "takeoff",
        "SMTP_PASS": "secret",
    }


def _bad_tls(kind: str, options: Options) -> Scenario:
    def play(stage: Stage) -> None:
        stage.relay.become(options)
        stage.worker(**_with_login(stage), SMTP_TIMEOUTS='{"tls_s": 1}')
        stage.publish(10)
        stage.wait_until(lambda: len(stage.relay.heard("EHLO")) >= 5, "five tries")
        time.sleep(1)
        said = stage.relay.counts()
        stage.require(not said.get("AUTH") and not said.get("MAIL"), f"said without TLS: {said}")
        stage.relay.become(Options(tls="starttls", auth=True))
        stage.healed()

    return Scenario(fault="F26", name=f"TLS {kind}: neither AUTH nor MAIL on the wire", play=play)


SCENARIOS = (
    outage(2000, 12),
    Scenario(fault="F25", name="relay hangs up before its greeting", play=hang_up),
    refused_login("535"),
    # AUTH is F27 here.
    *(refuses_us(point, 100) for point in (Point.CONNECT, Point.EHLO, Point.MAIL)),
    Scenario(
        fault="F28", name="4xx at RCPT, DATA and dot: three tries, then hospital", play=busy,
        expect=Expectation(hospital=(30, 30)),
    ),
    Scenario(
        fault="F29", name="5xx at RCPT and dot: one try, then hospital", play=refused_mails,
        expect=Expectation(hospital=(20, 20)),
    ),
    Scenario(fault="F31", name="421 to idle connections", play=idle_close),
    Scenario(fault="F32", name="three mails a session, then 421", play=few_mails_a_session),
    _bad_tls("stripped", Options(tls="stripped", auth=True)),
    *(
        _bad_tls(kind, Options(tls="starttls", certificate=kind, auth=True))
        for kind in ("unknown_ca", "expired", "wrong_name", "stalled")
    ),
)  # fmt: skip

LONG = (
    outage(10_000, 150, Selection.LONG),
    long_outage(10_000, 300),
    *(refuses_us(point, 1000, Selection.LONG) for point in (Point.CONNECT, Point.EHLO, Point.AUTH, Point.MAIL)),
    refused_login("454", Selection.LONG),
)
