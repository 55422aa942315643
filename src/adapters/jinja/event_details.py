"""The event that mails speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from adapters.jinja.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """Facts of one event as people read them; what is not known is empty."""

    name: str = "Takeoff"
    organiser: str = "Open Source Nest"
    date: str = ""
    venue: str = ""
    url: str = ""

    def overridden_by(self, params: Mapping[str, str]) -> "EventDetails":
        """Replace each fact by its param, `event_name` for the name and so on, where that is not blank."""
        given = {fact.name: params.get(f"event_{fact.name}") for fact in fields(self)}
        known = {name: words for name, value in given.items() if value and (words := one_line(value))}
        return replace(self, **known) if known else self
