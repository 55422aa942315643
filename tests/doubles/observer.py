"""An observer that keeps what it heard."""

from typing import TypeVar

from application.ports.observer import Observer
from domain.events import Event
from domain.timing_events import TimingEvent

_Kind = TypeVar("_Kind")


class RecordingObserver(Observer):
    """`events` in the order in which they came, and `timings` beside them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.timings: list[TimingEvent] = []

    def notify(self, event: Event) -> None:
        if isinstance(event, TimingEvent):
            self.timings.append(event)
        else:
            self.events.append(event)

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def only(self, kind: type[_Kind]) -> _Kind:
        """The one event of a kind."""
        (event,) = self.of(kind)
        return event
