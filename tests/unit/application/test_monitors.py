"""Each monitor fires on its condition, made with a worker on fakes, and none does in a quiet hour."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from application.metrics.meter import Meter
from application.ports.message_source import Message, SettlementRefused
from application.ports.observer import Observer
from domain.events import Event
from domain.outcome import DeliveryOutcome, InDoubt, Phase, Refused, RelayUnavailable
from domain.reply import Reply
from tests.doubles.clock import ManualClock
from tests.doubles.monitors import Point, fires
from tests.unit.application.bench import RELAY, Bench
from tests.unit.application.test_sample_worker import sampler

_FOLDER = Path(__file__).parents[3] / "deploy" / "datadog"
MONITORS: list[dict[str, Any]] = json.loads((_FOLDER / "monitors.json").read_text())
GOOD = Message(body=b"good")
LOGIN_REFUSED = RelayUnavailable(
    phase=Phase.AUTH, cause="auth_refused", relay=RELAY, reply=Reply(code=535, text="5.7.8 no")
)
NO_SUCH_USER = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 no such user"), relay=RELAY)
_PREFIX = "Takeoff Mailer: "


class Capture(Observer):
    """Measures what it hears when it hears it."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._meter = Meter(relays=[RELAY])
        self.points: list[Point] = []

    def notify(self, event: Event) -> None:
        at_s = self._clock.monotonic_s()
        self.points += [Point(at_s=at_s, measurement=one) for one in self._meter.measure(event)]


class Hour:
    """A worker under observation, that is looked at every ten seconds."""

    def __init__(self, *outcomes: DeliveryOutcome) -> None:
        self.bench = Bench(*outcomes)
        self.bench.source.is_open = True
        self.capture = Capture(self.bench.clock)
        self._tell = self.bench.observer.notify
        self.bench.observer.notify = self._notify  # type: ignore[method-assign]
        self.mails = 0

    def _notify(self, event: Event) -> None:
        self._tell(event)
        self.capture.notify(event)

    async def deliver(self, count: int = 1, body: bytes = b"good") -> None:
        """Deliver so many different mails."""
        for _ in range(count):
            self.mails += 1
            await self.bench.deliver(Message(body=body, key=f"mail-{self.mails}"))

    async def run(self, minutes: float) -> None:
        """Let time pass."""
        bench = self.bench
        sampling = asyncio.create_task(sampler(bench, {}).run())
        await bench.clock.advance(60 * minutes)
        sampling.cancel()

    def alerts(self) -> set[str]:
        """The names of the monitors that fire now."""
        now_s = self.bench.clock.monotonic_s()
        firing = {each["name"] for each in MONITORS if fires(each, self.capture.points, now_s=now_s)}
        return {name.removeprefix(_PREFIX) for name in firing}


async def lose_the_broker(hour: Hour) -> None:
    hour.bench.source.is_open = False


async def lose_the_ledger(hour: Hour) -> None:
    hour.bench.guard.ledger_failed("disk_full")


async def lose_the_relay(hour: Hour) -> None:
    hour.bench.transport.available = False


async def be_refused_the_login(hour: Hour) -> None:
    hour.bench.transport._outcomes = [LOGIN_REFUSED]
    await hour.deliver()


async def be_late(hour: Hour) -> None:
    await hour.bench.clock.advance(600)
    await hour.deliver()


async def refuse_many(hour: Hour) -> None:
    hour.bench.transport._outcomes = [NO_SUCH_USER] * 11
    await hour.deliver(11)


async def lose_the_reply(hour: Hour) -> None:
    hour.bench.transport._outcomes = [InDoubt(relay=RELAY)]
    await hour.deliver()


async def publish_again_and_again(hour: Hour) -> None:
    for _ in range(52):
        await hour.bench.deliver(replace(GOOD, key="the-same"))


async def meet_a_defect(hour: Hour) -> None:
    await hour.deliver(body=b"bug")


async def be_refused_by_the_broker(hour: Hour) -> None:
    hour.bench.source.failures = [SettlementRefused("full") for _ in range(6)]
    delivering = asyncio.create_task(hour.deliver())
    await hour.bench.clock.advance(120)
    await delivering


CONDITIONS: dict[str, Callable[[Hour], Awaitable[None]]] = {
    "not consuming": lose_the_broker,
    "broker unreachable": lose_the_broker,
    "ledger down": lose_the_ledger,
    "relay down": lose_the_relay,
    "login refused": be_refused_the_login,
    "mails are late": be_late,
    "hospital inflow": refuse_many,
    "mails in doubt": lose_the_reply,
    "duplicates": publish_again_and_again,
    "defect": meet_a_defect,
    "settlements delayed": be_refused_by_the_broker,
}


def test_every_monitor_has_a_condition() -> None:
    assert [f"{_PREFIX}{name}" for name in CONDITIONS] == [monitor["name"] for monitor in MONITORS]


@pytest.mark.parametrize("name", CONDITIONS)
async def test_a_monitor_fires_on_its_condition_and_was_silent_before(name: str) -> None:
    hour = Hour()
    await hour.run(2)
    assert name not in hour.alerts()
    await CONDITIONS[name](hour)
    await hour.run(1.2)
    assert name in hour.alerts()


async def test_none_fires_in_a_quiet_hour_with_a_few_troubles_of_the_usual_kind() -> None:
    later = Refused(phase=Phase.RCPT, reply=Reply(code=451, text="4.7.1 later"), relay=RELAY)
    hour = Hour(later, NO_SUCH_USER, later)
    await hour.deliver(20)
    for _ in range(12):
        await hour.run(5)
        assert hour.alerts() == set()
