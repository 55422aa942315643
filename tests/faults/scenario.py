"""What a scenario is: a fault, what is done, and what may come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.stage import Stage


class Selection(StrEnum):
    """Which scenarios run."""

    QUICK = "quick"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What may come of one run; lost and unexpected mails and contradictions never may.

    `hospital` is the least and the most of mails with a letter, `extra_letters` the most of second ones. A duplicate
    that no try in doubt explains counts against `unexplained`, too. Not `drained`: what still waits in a queue at the
    end is in order. `recovery_s` is the time from heal to the next accepted mail, or to what the scenario waits for.
    """

    hospital: tuple[int, int] = (0, 0)
    extra_letters: int = 0
    duplicates: int = 0
    unexplained: int = 0
    drained: bool = True
    recovery_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`play` publishes, does harm and heals; draining and reckoning follow by themselves.

    `alone`: nothing else may run meanwhile, since the broker itself is harmed. `nodes` of RabbitMQ, with quorum queues
    if there are several; `on_postgresql` instead of SQLite. `patience_s` is for draining.
    """

    fault: str
    name: str
    play: Callable[["Stage"], None]
    selection: Selection = Selection.QUICK
    expect: Expectation = Expectation()
    runs: int = 1
    alone: bool = False
    nodes: int = 1
    on_postgresql: bool = False
    patience_s: float = 75.0
    variables: Mapping[str, str] = field(default_factory=dict)
