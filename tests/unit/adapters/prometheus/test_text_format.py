"""Names and lines as prometheus.io/docs/instrumenting/exposition_formats/ has them."""

import pytest

from adapters.prometheus.text_format import exposed_name, head_of, sample_line
from application.metrics.metric import Kind, Metric
from application.metrics.registry import METRICS


@pytest.mark.parametrize(
    ("kind", "unit", "name"),
    [
        (Kind.COUNT, "email", "takeoff_a_b_total"),
        (Kind.EVENT, "", "takeoff_a_b_total"),
        (Kind.GAUGE, "message", "takeoff_a_b"),
        (Kind.GAUGE, "second", "takeoff_a_b_seconds"),
        (Kind.DISTRIBUTION, "second", "takeoff_a_b_seconds"),
        (Kind.SERVICE_CHECK, "", "takeoff_a_b_up"),
    ],
)
def test_a_name_follows_the_conventions(kind: Kind, unit: str, name: str) -> None:
    assert exposed_name(Metric(name="takeoff.a.b", kind=kind, unit=unit, meaning="x")) == name


def test_no_two_metrics_get_one_name() -> None:
    assert len({exposed_name(metric) for metric in METRICS}) == len(METRICS)


def test_a_metric_is_introduced_on_two_lines_whatever_its_meaning_holds() -> None:
    metric = Metric(name="takeoff.a", kind=Kind.DISTRIBUTION, meaning="back\\slash\nnew line")
    assert head_of(metric) == ["# HELP takeoff_a back\\\\slash\\nnew line", "# TYPE takeoff_a histogram"]


@pytest.mark.parametrize(
    ("labels", "value", "line"),
    [
        ({}, 7.0, "n 7"),
        ({}, 0.25, "n 0.25"),
        ({"a": "x", "b": "y"}, 1.0, 'n{a="x",b="y"} 1'),
        ({"a": 'say "hi"'}, 1.0, 'n{a="say \\"hi\\""} 1'),
        ({"a": "back\\slash"}, 1.0, 'n{a="back\\\\slash"} 1'),
        ({"a": "new\nline"}, 1.0, 'n{a="new\\nline"} 1'),
    ],
)
def test_a_sample_is_one_line_with_its_labels_escaped(labels: dict[str, str], value: float, line: str) -> None:
    assert sample_line("n", labels, value) == line
