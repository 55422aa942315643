"""How each component is, and since when."""

from datetime import timedelta

import pytest

from application.component_states import ComponentStates
from domain.events import Event
from domain.worker_events import (
    BrokerBlocked,
    BrokerUnblocked,
    IntakeLost,
    IntakePaused,
    IntakeResumed,
    IntakeStarted,
    LedgerDown,
    RelayBack,
    RelayDown,
)
from tests.doubles.clock import START, ManualClock
from tests.doubles.every_event import EVERY_EVENT, RELAY

STARTED = IntakeStarted(queue="email_queue", down_s=0)
FULL = LedgerDown(cause="full")
LOST = IntakeLost(cause="gone", retry_in_s=1)
DOWN = RelayDown(relay=RELAY, phase="auth", cause="auth_refused", reply_code=535)


async def told(*events: Event) -> ComponentStates:
    """Tell these events, a minute apart."""
    clock = ManualClock()
    states = ComponentStates(relays=[RELAY], clock=clock)
    for event in events:
        await clock.advance(60)
        states.notify(event)
    return states


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], {"broker": "starting", "ledger": "starting", "intake": "starting", f"relay {RELAY}": "up"}),
        ([STARTED], {"broker": "up", "ledger": "up", "intake": "open"}),
        ([STARTED, LOST], {"broker": "down", "ledger": "up", "intake": "open"}),
        ([STARTED, BrokerBlocked(cause="disk")], {"broker": "blocked"}),
        ([STARTED, BrokerBlocked(cause="disk"), BrokerUnblocked()], {"broker": "up"}),
        ([STARTED, FULL, IntakePaused(cause="ledger")], {"ledger": "down", "intake": "paused:ledger"}),
        ([STARTED, FULL, IntakeResumed(paused_s=1)], {"ledger": "up", "intake": "open"}),
        ([STARTED, DOWN, IntakePaused(cause="relays")], {f"relay {RELAY}": "down", "intake": "paused:relays"}),
        ([STARTED, DOWN, RelayBack(relay=RELAY, down_s=1)], {f"relay {RELAY}": "up"}),
    ],
)
async def test_a_component_is_as_the_last_event_says(events: list[Event], expected: dict[str, str]) -> None:
    now = (await told(*events)).now()
    assert {name: now[name].state for name in expected} == expected


async def test_a_state_has_lasted_since_it_began_however_often_it_is_told() -> None:
    states = await told(STARTED, LOST, LOST, LOST)
    assert states.now()["broker"].since == START + timedelta(minutes=2)


async def test_components_are_those_of_the_settings_whatever_events_name() -> None:
    states = await told(*EVERY_EVENT)
    assert set(states.now()) == {"broker", "ledger", "intake", f"relay {RELAY}"}
