"""The dashboard and the monitors ask for nothing that is not measured, and every alarm leads to its page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from application.metrics.metric import Kind, Metric
from application.metrics.registry import METRICS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "datadog"
MONITORS: list[dict[str, Any]] = json.loads((FOLDER / "monitors.json").read_text())
WIDGETS: list[dict[str, Any]] = [
    widget["definition"] for widget in json.loads((FOLDER / "dashboard.json").read_text())["widgets"]
]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
KNOWN = {metric.name: metric for metric in METRICS}
# Those of unified service tagging, and what the agent adds.
EVERYWHERE = {"env", "service", "version", "host"}
SERIES = {Kind.COUNT, Kind.GAUGE, Kind.DISTRIBUTION}

_GRAPH = (
    r"(?:avg|sum|min|max):(?P<metric>[a-z_.]+)\{(?P<filter>[^}]*)\}"
    r"(?: by \{(?P<by>[^}]*)\})?(?P<as_count>\.as_count\(\))?"
)
GRAPH = re.compile(_GRAPH)
ALERT = re.compile(rf"(?:avg|sum|min|max)\(last_\d+[mh]\):{_GRAPH} > (?P<limit>[0-9.]+)")
CHECK = re.compile(
    r'"(?P<metric>[a-z_.]+)"\.over\("(?P<filter>[^)]*)"\)\.by\((?P<by>[^)]*)\)\.last\(\d+\)\.count_by_status\(\)'
)


def problems(query: str, grammar: re.Pattern[str], kinds: set[Kind]) -> list[str]:
    """Say what in a query is not in the registry."""
    found = grammar.fullmatch(query)
    if not found:
        return ["the form"]
    metric = KNOWN.get(found["metric"])
    if metric is None or metric.kind not in kinds:
        return [found["metric"]]
    wrong = [item for item in found["filter"].split(",") if not is_filter_known(metric, item)]
    by = [tag.strip('"') for tag in (found["by"] or "").split(",") if tag]
    wrong += [tag for tag in by if tag not in EVERYWHERE | {tag.name for tag in metric.tags}]
    if "as_count" in grammar.groupindex and bool(found["as_count"]) != (metric.kind is Kind.COUNT):
        wrong.append("as_count")
    return wrong


def is_filter_known(metric: Metric, item: str) -> bool:
    name, _, value = item.removeprefix("$").partition(":")
    values = {tag.name: tag.values for tag in metric.tags}.get(name)
    return name in EVERYWHERE or (values is not None and value in values)


@pytest.mark.parametrize("query", [each["q"] for widget in WIDGETS for each in widget.get("requests", [])])
def test_a_graph_draws_what_is_measured(query: str) -> None:
    assert problems(query, GRAPH, SERIES) == []


@pytest.mark.parametrize(
    "widget", [widget for widget in WIDGETS if "check" in widget], ids=lambda widget: widget["title"]
)
def test_a_status_shows_a_check_that_is_made(widget: dict[str, Any]) -> None:
    metric = KNOWN[widget["check"]]
    assert metric.kind is Kind.SERVICE_CHECK
    assert set(widget["group_by"]) <= EVERYWHERE | {tag.name for tag in metric.tags}


@pytest.mark.parametrize("monitor", MONITORS, ids=lambda monitor: monitor["name"])
def test_a_monitor_asks_for_what_is_measured(monitor: dict[str, Any]) -> None:
    if monitor["type"] == "service check":
        assert problems(monitor["query"], CHECK, {Kind.SERVICE_CHECK}) == []
        return
    assert monitor["type"] == "query alert"
    assert problems(monitor["query"], ALERT, SERIES) == []
    found = ALERT.fullmatch(monitor["query"])
    assert found
    assert float(found["limit"]) == monitor["options"]["thresholds"]["critical"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("sum:takeoff.emails.lost{$env}.as_count()", ["takeoff.emails.lost"]),
        ("sum:takeoff.emails.sent{$env} by {category}.as_count()", ["category"]),
        ("sum:takeoff.emails.waiting{cause:weather}.as_count()", ["cause:weather"]),
        ("sum:takeoff.emails.sent{$env}", ["as_count"]),
        ("sum:takeoff.consuming{$env}", ["takeoff.consuming"]),
        ("takeoff.emails.sent", ["the form"]),
    ],
)
def test_a_query_for_something_else_is_found(query: str, wrong: list[str]) -> None:
    assert problems(query, GRAPH, SERIES) == wrong


def test_every_alarm_has_its_section_and_every_section_its_alarm() -> None:
    linked = [found for monitor in MONITORS for found in re.findall(r"docs/runbook\.md#([a-z-]+)", monitor["message"])]
    headings = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert linked == [heading.lower().replace(" ", "-") for heading in headings]
    assert len(linked) == len(MONITORS)


def test_every_section_says_what_it_means_and_what_to_do() -> None:
    for section in RUNBOOK.split("\n## ")[1:]:
        assert re.findall(r"^\*\*[A-Z][^*]*\*\*", section, re.MULTILINE) == ["**It means:**", "**To do:**"]
