"""Hears what happens."""

from abc import abstractmethod
from typing import Protocol

from domain.events import Event


class Observer(Protocol):
    """Turns events into log lines, metrics or a live table; never raises and never blocks."""

    @abstractmethod
    def notify(self, event: Event) -> None:
        """Take one event."""
