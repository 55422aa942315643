"""What the relay does otherwise than usual: rules that come as JSON while it runs."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class Point(StrEnum):
    """Where a rule strikes: before the reply to a command, before the greeting, before the body is read."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "BODY"
    DOT = "DOT"


class Act(StrEnum):
    """What it does instead of the usual reply."""

    USUAL = "usual"  # the usual reply, late
    REPLY = "reply"  # `text`, one line or several
    RAW = "raw"  # `text`, latin-1, as it is
    DRIP = "drip"  # `text`, one byte every `pause_s`
    STALL = "stall"  # nothing until the client is gone
    RESET = "reset"  # a TCP reset
    CLOSE = "close"  # an end in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to misbehave.

    It strikes every `every`th time, after the first `skip` times and at most `times` times; for recipients that
    match `rcpt` where the envelope has one. `after_s` is waited before it acts. At DOT, `store` puts the mail in the
    journal first, and without it only USUAL does.
    """

    on: Point
    do: Act = Act.USUAL
    text: str = ""
    after_s: float = 0.0
    pause_s: float = 0.05
    store: bool = False
    rcpt: str = "*"
    times: int | None = None
    skip: int = 0
    every: int = 1

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Rule":
        """Read a rule; raises TypeError or ValueError."""
        return cls(**{**data, "on": Point(data["on"]), "do": Act(data.get("do", Act.USUAL))})


@dataclass(slots=True)
class RuleBook:
    """The rules in force; the first that strikes wins."""

    rules: list[Rule] = field(default_factory=list)
    _seen: list[int] = field(default_factory=list)
    _struck: list[int] = field(default_factory=list)

    def replace(self, rules: list[Rule]) -> None:
        """Forget the rules before, and their counts."""
        self.rules = rules
        self._seen = [0] * len(rules)
        self._struck = [0] * len(rules)

    def choose(self, point: Point, rcpt: str) -> Rule | None:
        """Find what to do now, None for the usual."""
        for number, rule in enumerate(self.rules):
            if rule.on is not point or (rcpt and not fnmatchcase(rcpt, rule.rcpt)):
                continue
            self._seen[number] += 1
            due = self._seen[number] > rule.skip and (self._seen[number] - rule.skip) % rule.every == 0
            if due and (rule.times is None or self._struck[number] < rule.times):
                self._struck[number] += 1
                return rule
        return None
