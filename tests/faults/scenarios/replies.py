"""F13 and F38 to F41: what a relay says is too long, odd, or no reply at all, or it can do less than others."""

import random
from collections.abc import Sequence

from tests.faults.relay.options import Options
from tests.faults.relay.rules import Act, Point, Rule
from tests.faults.scenario import Expectation, Scenario, Selection
from tests.faults.scenarios.soak import size_of
from tests.faults.stage import Stage

# Where a reply is about the mail.
_POINTS = (Point.RCPT, Point.DATA, Point.DOT)
_PATIENCE = {"SMTP_TIMEOUTS": '{"rcpt_s": 0.5, "data_s": 0.5, "dot_s": 0.5}', "MAX_ATTEMPTS": "100"}
_GARBAGE = {
    "nul": "25\x000 ok\r\n",
    "half": "250 o",
    "nothing": "\r\n\r\n",
    "negative": "-25 ok\r\n",
    "nocode": "fine, thanks\r\n",
    "latin": "\xff\xfe\x80\x81 ok\r\n",
    "two": "250 ok\r\n250 ok\r\n",
    "longline": f"250 {'x' * 20_000}\r\n",
    "manylines": "250-more\r\n" * 10_000 + "250 enough\r\n",
    "endless": f"250-{'x' * 5_000_000}",
}
# No digits that make a refusal: that would be believed, and rightly.
_PIECES = ("\x00", "\xff\xfe", "\r", "\n", "\r\n", "250", "2", "0", "-", " ", "\u2028", "ok", "x" * 2000)
# At the dot, all kinds and the slow bytes but for `two`, whose first reply counts.
_DOUBTFUL = len(_GARBAGE)
_CHUNK = 500
_GROWTH_KB = 16_000


def giant_refusals(stage: Stage) -> None:
    """Refusals of 30 kB are read and cut; one of 1 MB is more than a reply may be, so that its mail is tried again."""
    stage.relay.behave(
        Rule(on=Point.RCPT, do=Act.REPLY, text=_refusal(300), rcpt="rcpt*"),
        Rule(on=Point.DOT, do=Act.REPLY, text=_refusal(300), rcpt="dot*"),
        Rule(on=Point.RCPT, do=Act.REPLY, text=_refusal(10_000), rcpt="giant*"),
    )
    worker = stage.worker()
    for prefix in ("rcpt", "dot", "giant", "fine"):
        stage.publish(10, prefix=prefix)
    worker.wait_until_log_has("email.hospitalised", 30)
    reasons = [line["reason"] for line in worker.lines("email.hospitalised")]
    stage.require(reasons.count("attempts_exhausted:rcpt") == 10, f"reasons: {sorted(set(reasons))}")
    for event in ("intake.lost", "settlement.delayed"):
        stage.require(not worker.lines(event), f"{event}: a letter was more than the broker takes")


def _refusal(lines: int) -> str:
    return "\n".join([f"550-5.1.1 {'why ' * 22}"] * lines + ["550 5.1.1 no"])


def odd_acceptances(stage: Stage) -> None:
    """Any 2yz after the dot is an acceptance (RFC 5321 4.2.1), however it looks."""
    replies = {
        "only": "250",
        "two": "200 2.0.0 OK",
        "forward": "251 2.1.5 will forward",
        "verify": "252 2.1.5 will try",
        "last": "299 whatever",
        "lines": "250-2.0.0 first\n250-2.0.0 second\n250 2.0.0 last",
    }
    stage.relay.behave(
        *(
            Rule(on=Point.DOT, do=Act.REPLY, text=text, store=True, rcpt=f"{prefix}*")
            for prefix, text in replies.items()
        )
    )
    worker = stage.worker()
    for prefix in replies:
        stage.publish(5, prefix=prefix)
    worker.wait_until_log_has("email.sent", 5 * len(replies))
    stage.require(not worker.lines("email.in_doubt"), "an acceptance was doubted")


def garbage(stage: Stage) -> None:
    """Each kind of garbage once at RCPT, DATA and, with the mail stored, at the dot; and a byte every 0.2 s."""
    stage.relay.behave(
        *(
            Rule(on=point, do=Act.RAW, text=text, store=True, rcpt=f"{kind}.{point.lower()}*", times=1)
            for kind, text in _GARBAGE.items()
            for point in _POINTS
        ),
        *(
            Rule(on=point, do=Act.DRIP, text="250 ok", pause_s=0.2, store=True, rcpt=f"drip.{point.lower()}*", times=1)
            for point in _POINTS
        ),
    )
    worker = stage.worker()
    before = size_of(worker).rss_kb
    for kind in (*_GARBAGE, "drip"):
        for point in _POINTS:
            stage.publish(1, prefix=f"{kind}.{point.lower()}")
    stage.publish(20)
    stage.wait_for_mails(20 + len(_POINTS) * (len(_GARBAGE) + 1) + _DOUBTFUL)
    _require_no_growth(stage, before, size_of(worker).rss_kb)


def fuzz(rounds: int, selection: Selection) -> Scenario:
    """Random bytes instead of replies, so often."""

    def play(stage: Stage) -> None:
        numbers = random.Random(39)
        worker = stage.worker(CONCURRENCY="50")
        before = size_of(worker).rss_kb
        arrived = 0
        for start in range(0, rounds, _CHUNK):
            rules = [_random_rule(numbers) for _ in range(min(_CHUNK, rounds - start))]
            stage.relay.behave(*rules)
            at_the_dot = sum(rule.on is Point.DOT for rule in rules)
            stage.publish(at_the_dot)
            # Each is stored, and once more where that was not believed.
            arrived += at_the_dot
            stage.wait_for_mails(arrived, patience_s=60)
        _require_no_growth(stage, before, size_of(worker).rss_kb)

    return Scenario(
        fault="F39", name=f"{rounds} random replies", play=play, selection=selection, variables=_PATIENCE,
        expect=Expectation(duplicates=rounds), patience_s=60,
    )  # fmt: skip


def _random_rule(numbers: random.Random) -> Rule:
    text = "".join(numbers.choices(_PIECES, k=numbers.randrange(1, 12)))
    return Rule(on=numbers.choice(_POINTS), do=Act.RAW, text=text, store=True, times=1)


def _require_no_growth(stage: Stage, before_kb: int, after_kb: int) -> None:
    stage.require(after_kb < before_kb + _GROWTH_KB, f"the worker grew from {before_kb} to {after_kb} kB")


def fewer_extensions(stage: Stage) -> None:
    """The relay can do everything, and from one connection to the next nothing any more."""
    stage.worker()
    stage.publish(10)
    stage.publish(3, prefix="jörg")
    stage.wait_for_mails(13)
    stage.relay.become(Options(bare=True))
    stage.relay.down()
    stage.relay.up()
    stage.publish(10)
    stage.publish(3, prefix="jürgen")
    stage.wait_for_mails(23)
    _reasons_are(stage, ["smtputf8_unsupported"] * 3)


def too_large(stage: Stage) -> None:
    """The relay's SIZE is less than some mails have: they are not offered to it, and nothing is charged."""
    stage.relay.become(Options(size_bytes=100_000))
    worker = stage.worker()
    stage.publish(5, prefix="big", attached_bytes=200_000)
    stage.publish(10)
    # Not until the relay has them: the ledger, which is asked below, is told a moment later.
    worker.wait_until_log_has("email.sent", 10)
    _reasons_are(stage, ["too_big:relay_size_limit"] * 5)
    stage.require(stage.relay.counts()["MAIL"] == 10, "a mail was offered that could not be taken")
    stage.require(stage.attempts() == 10, "an attempt was charged")


def _reasons_are(stage: Stage, reasons: Sequence[str]) -> None:
    (worker,) = stage.workers
    worker.wait_until_log_has("email.hospitalised", len(reasons))
    found = [line["reason"] for line in worker.lines("email.hospitalised")]
    stage.require(found == reasons, f"reasons: {found}")


SCENARIOS = (
    Scenario(
        fault="F13", name="refusals of 30 kB and 1 MB", play=giant_refusals, expect=Expectation(hospital=(30, 30)),
    ),
    Scenario(fault="F38", name="200, 251, 252, 299 and several lines after the dot", play=odd_acceptances),
    Scenario(
        fault="F39", name="garbage instead of replies, of 11 kinds", play=garbage, variables=_PATIENCE,
        expect=Expectation(duplicates=_DOUBTFUL),
    ),
    fuzz(500, Selection.QUICK),
    Scenario(
        fault="F40", name="no extensions any more, seven bits", play=fewer_extensions,
        expect=Expectation(hospital=(3, 3)),
    ),
    Scenario(fault="F41", name="mails above the relay's SIZE", play=too_large, expect=Expectation(hospital=(5, 5))),
)  # fmt: skip

LONG = (fuzz(10_000, Selection.LONG),)
