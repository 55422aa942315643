"""An observer that keeps what it heard."""

from typing import TypeVar

from application.ports.observer import Observer
from domain.events import Event

_Kind = TypeVar("_Kind")


class RecordingObserver(Observer):
    """`events` in the order in which they came."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notify(self, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def only(self, kind: type[_Kind]) -> _Kind:
        """The one event of a kind."""
        (event,) = self.of(kind)
        return event
