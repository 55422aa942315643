"""Evaluates Datadog's monitors on what a worker measured: as much of their language as ours use."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from application.metrics.metric import Measurement

# What every line of a worker has besides its own tags.
_UNIFIED = {"service": "email-worker", "env": "test", "host": "host-1"}
_ALERT = re.compile(
    r"(?P<time>avg|sum)\(last_(?P<minutes>\d+)m\):(?P<space>avg|sum):(?P<metric>[a-z_.]+)\{(?P<filter>[^}]*)\}"
    r" by \{(?P<by>[^}]*)\}(?:\.as_count\(\))? > (?P<limit>[0-9.]+)"
)
_CHECK = re.compile(
    r'"(?P<metric>[a-z_.]+)"\.over\("(?P<filter>[^"]*)"\)\.by\((?P<by>[^)]*)\)\.last\((?P<last>\d+)\)\.count_by_status\(\)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A measurement, so many seconds after the beginning."""

    at_s: float
    measurement: Measurement

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, with those that every line has."""
        return {**_UNIFIED, **self.measurement.tags}


def fires(monitor: dict[str, Any], points: Sequence[Point], *, now_s: float) -> bool:
    """Whether a monitor is in alert at a moment; ValueError for a query in a language that this does not speak."""
    query = monitor["query"]
    if alert := _ALERT.fullmatch(query):
        since_s = now_s - 60.0 * int(alert["minutes"])
        groups = _grouped(points, alert["metric"], alert["filter"], alert["by"])
        return any(_value(alert["time"], group, since_s, now_s) > float(alert["limit"]) for group in groups)
    if check := _CHECK.fullmatch(query):
        critical = monitor["options"]["thresholds"]["critical"]
        groups = _grouped(points, check["metric"], check["filter"], check["by"])
        return any(_failed(group, int(check["last"]), now_s) >= critical for group in groups)
    raise ValueError(query)


def _grouped(points: Sequence[Point], metric: str, wanted: str, by: str) -> list[list[Point]]:
    filters = dict(item.split(":", 1) for item in wanted.split(","))
    names = [name.strip('" ') for name in by.split(",")]
    groups: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for point in points:
        if point.measurement.metric.name == metric and filters.items() <= point.tags.items():
            groups[tuple(point.tags[name] for name in names)].append(point)
    return list(groups.values())


def _value(how: str, group: Sequence[Point], since_s: float, now_s: float) -> float:
    values = [point.measurement.value for point in group if since_s < point.at_s <= now_s]
    if not values:
        return 0.0
    return sum(values) if how == "sum" else sum(values) / len(values)


def _failed(group: Sequence[Point], last: int, now_s: float) -> int:
    """How many of the last checks are not well, in a row from the newest, as Datadog counts consecutive ones."""
    count = 0
    for point in sorted((each for each in group if each.at_s <= now_s), key=lambda each: -each.at_s)[:last]:
        if point.measurement.value:
            break
        count += 1
    return count
