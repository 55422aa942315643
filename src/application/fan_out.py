"""One observer in front of several: a sink that fails costs nobody else an event."""

from application.ports.observer import Observer
from domain.events import Event


class FanOut(Observer):
    """Tells each sink of every event; `dropped` counts, by a sink's name, the events that it failed to take."""

    def __init__(self, **sinks: Observer) -> None:
        self.dropped = dict.fromkeys(sinks, 0)
        self._sinks = tuple(sinks.items())

    def notify(self, event: Event) -> None:
        for name, sink in self._sinks:
            try:
                sink.notify(event)
            except Exception:  # noqa: BLE001  the mail that is told of must go on, whatever is wrong with who is told
                self.dropped[name] += 1
