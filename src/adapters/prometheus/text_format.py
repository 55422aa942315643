"""Names and lines of the text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats/)."""

from collections.abc import Mapping

from application.metrics.metric import Kind, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TYPES = {
    Kind.COUNT: "counter",
    Kind.DISTRIBUTION: "histogram",
    Kind.GAUGE: "gauge",
    Kind.SERVICE_CHECK: "gauge",
    Kind.EVENT: "counter",
}
_SUFFIXES = {"counter": "_total", "gauge": "", "histogram": ""}


def exposed_name(metric: Metric) -> str:
    """Name a metric as Prometheus' conventions have it (prometheus.io/docs/practices/naming/)."""
    name = metric.name.replace(".", "_")
    if metric.kind is Kind.SERVICE_CHECK:
        return f"{name}_up"
    unit = "_seconds" if metric.unit == "second" else ""
    return f"{name}{unit}{_SUFFIXES[_TYPES[metric.kind]]}"


def head_of(metric: Metric) -> list[str]:
    """Write the two lines before a metric's samples."""
    name, meaning = exposed_name(metric), metric.meaning.replace("\\", r"\\").replace("\n", r"\n")
    return [f"# HELP {name} {meaning}", f"# TYPE {name} {_TYPES[metric.kind]}"]


def sample_line(name: str, labels: Mapping[str, str], value: float) -> str:
    """Write one sample."""
    listed = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{listed}}} {number(value)}" if listed else f"{name} {number(value)}"


def number(value: float) -> str:
    """Write a number, a whole one without a point."""
    return str(int(value)) if value.is_integer() else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
