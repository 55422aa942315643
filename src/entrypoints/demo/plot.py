"""What the demo plays: kinds of tasks, each with the fate that its kind must meet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, cycle, repeat

from application.ports.task_codec import TaskCodec
from domain.email_task import EmailTask

MAX_ATTEMPTS = 3
_NAMES = ("Amina", "Björn", "Chloé", "Dilnoza", "Esperança", "فاطمة", "Giorgos", "Hạnh", "李雷", "Zoë 🚀")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Where a mail ends: `reason` is empty where it is sent; `attempts` is how many that takes."""

    reason: str
    attempts: int

    def __str__(self) -> str:
        where = f"in the hospital, {self.reason}" if self.reason else "sent"
        return f"{where}, after {self.attempts} attempt{'' if self.attempts == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of task; `mailbox` is what the inbox answers by, `change` and `damage` are what is wrong with it."""

    title: str
    fate: Fate
    mailbox: str = "guest"
    change: Callable[[EmailTask], EmailTask] = lambda task: task
    damage: Callable[[bytes], bytes] = lambda body: body


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTask:
    """One message of the demo, known by its key."""

    key: str
    kind: Kind
    to: str
    body: bytes


GOOD = Kind(title="good", fate=Fate(reason="", attempts=1))
BAD = (
    Kind(title="no such mailbox (550)", mailbox="unknown", fate=Fate(reason="refused_permanently:rcpt", attempts=1)),
    Kind(title="greylisted once (451)", mailbox="greylisted", fate=Fate(reason="", attempts=2)),
    Kind(
        title="busy every time (451)",
        mailbox="busy",
        fate=Fate(reason="attempts_exhausted:rcpt", attempts=MAX_ATTEMPTS),
    ),
    Kind(title="bytes cut short", fate=Fate(reason="bad_wire:truncated", attempts=0), damage=lambda body: body[:-3]),
    Kind(
        title="no template of its category",
        fate=Fate(reason="unknown_category:No_Such_Template", attempts=0),
        change=lambda task: replace(task, category="No_Such_Template"),
    ),
    Kind(
        title="two addresses in one",
        fate=Fate(reason="bad_address:not_one_mailbox", attempts=0),
        change=lambda task: replace(task, to=f"{task.to}, eve@example.org"),
    ),
)


def write_plot(count: int, codec: TaskCodec, *, now: datetime) -> list[DemoTask]:
    """Make `count` tasks: good ones and, in between, one bad kind after the other."""
    kinds = chain.from_iterable(zip(repeat(GOOD), cycle(BAD), strict=False))
    numbered = zip(range(1, count + 1), kinds, cycle(_NAMES), strict=False)
    return [_task(number, kind, first_name, codec, now) for number, kind, first_name in numbered]


def _task(number: int, kind: Kind, first_name: str, codec: TaskCodec, now: datetime) -> DemoTask:
    key = f"demo-{number:03}"
    task = EmailTask(
        to=f"{kind.mailbox}.{number}@example.org",
        category="Attendee_Registration_Successful",
        subject="You are in: see you at Takeoff",
        first_name=first_name,
        created_at=now,
        task_id=key,
        params={"event_date": "Saturday, 20 March 2027, 10:00", "event_venue": "Hangar 7, Lagos"},
    )
    return DemoTask(key=key, kind=kind, to=task.to, body=kind.damage(codec.encode(kind.change(task))))
