"""What the worker stands on, how each of it is, and since when: made of events.

States of a component, written here only; each is `starting` until something is known of it:

    broker   starting --IntakeStarted--> up --IntakeLost--> down --IntakeStarted--> up
                      up, down --BrokerBlocked--> blocked --BrokerUnblocked--> up or down, as before
    ledger   starting --IntakeStarted or LedgerMigrated--> up --LedgerDown--> down --IntakeResumed--> up
    intake   starting --IntakeStarted--> open --IntakePaused--> paused:ledger, paused:relays --IntakeResumed--> open
    a relay  up --RelayDown--> down --RelayBack--> up
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from application.ports.clock import Clock
from application.ports.observer import Observer
from domain import worker_events
from domain.events import Event

_STARTING = "starting"


@dataclass(frozen=True, slots=True)
class ComponentState:
    """`since` is aware."""

    state: str
    since: datetime


class ComponentStates(Observer):
    """`relays` are the names of the relays in the settings."""

    def __init__(self, *, relays: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        now = clock.now()
        self._states = {name: ComponentState(_STARTING, now) for name in ("broker", "ledger", "intake")}
        self._states |= {_relay(name): ComponentState("up", now) for name in relays}
        self._is_blocked = False
        self._broker = _STARTING

    def now(self) -> Mapping[str, ComponentState]:
        """How each component is."""
        return dict(self._states)

    def notify(self, event: Event) -> None:
        match event:
            case worker_events.IntakeStarted():
                self._set_broker("up")
                # The worker opens its ledger before it consumes.
                for name, state in (("ledger", "up"), ("intake", "open")):
                    if self._states[name].state == _STARTING:
                        self._set(name, state)
            case worker_events.IntakePaused(cause=cause):
                self._set("intake", f"paused:{cause}")
            case worker_events.IntakeResumed():
                self._set("ledger", "up")
                self._set("intake", "open")
            case worker_events.RelayDown(relay=relay) | worker_events.RelayBack(relay=relay):
                self._set(_relay(relay), "down" if isinstance(event, worker_events.RelayDown) else "up")
            case _:
                self._notify_of_broker_or_ledger(event)

    def _notify_of_broker_or_ledger(self, event: Event) -> None:
        match event:
            case worker_events.IntakeLost():
                self._set_broker("down")
            case worker_events.BrokerBlocked() | worker_events.BrokerUnblocked():
                self._is_blocked = isinstance(event, worker_events.BrokerBlocked)
                self._set_broker(self._broker)
            case worker_events.LedgerMigrated():
                self._set("ledger", "up")
            case worker_events.LedgerDown():
                self._set("ledger", "down")

    def _set_broker(self, state: str) -> None:
        self._broker = state
        self._set("broker", "blocked" if self._is_blocked else state)

    def _set(self, name: str, state: str) -> None:
        if name in self._states and self._states[name].state != state:
            self._states[name] = ComponentState(state, self._clock.now())


def _relay(name: str) -> str:
    return f"relay {name}"
