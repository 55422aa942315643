"""Brings a dashboard and monitors in Datadog to what files say: makes what is missing, updates what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from adapters.datadog.api import DatadogApi

# By which ours are found again, whatever else there is.
_TAG = "managed-by:takeoff-mailer"
_MARK = "Made by `takeoff-mailer datadog install`; changes here are lost at its next run."


class Verb(StrEnum):
    """What is done, or would be."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing in Datadog; `kind` is `dashboard` or `monitor`."""

    verb: Verb
    kind: str
    name: str


class Installation:
    """Raises DatadogApiError; what was done until then stays, and the next run does the rest."""

    def __init__(self, api: DatadogApi, *, is_dry_run: bool) -> None:
        self._api = api
        self._is_dry_run = is_dry_run

    def run(self, dashboard: Mapping[str, Any], monitors: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
        """Yield each change when it is done."""
        yield self._dashboard({**dashboard, "description": _MARK})
        there = {monitor["name"]: monitor for monitor in self._api.monitors(_TAG)}
        for monitor in monitors:
            wanted = {**monitor, "tags": [*monitor["tags"], _TAG]}
            yield self._bring("monitor", monitor["name"], wanted, there.get(monitor["name"]))

    def _dashboard(self, wanted: Mapping[str, Any]) -> Change:
        ours = [
            each
            for each in self._api.dashboards()
            if each["title"] == wanted["title"] and each.get("description") == _MARK
        ]
        there = self._api.dashboard(ours[0]["id"]) if ours else None
        return self._bring("dashboard", wanted["title"], wanted, there)

    def _bring(self, kind: str, name: str, wanted: Mapping[str, Any], there: Mapping[str, Any] | None) -> Change:
        verb = Verb.CREATE if there is None else Verb.KEEP if _holds(there, wanted) else Verb.UPDATE
        if not self._is_dry_run:
            if there is None:
                self._api.create(kind, wanted)
            elif verb is Verb.UPDATE:
                self._api.update(kind, there["id"], wanted)
        return Change(verb=verb, kind=kind, name=name)


def _holds(there: object, wanted: object) -> bool:
    """Whether everything that is wanted is there; Datadog adds ids and defaults of its own."""
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        return all(name in there and _holds(there[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(there, list):
        return len(there) == len(wanted) and all(map(_holds, there, wanted))
    return there == wanted
