"""Write docs/metrics.md from the registry of metrics; with --check, say whether it is current."""

import sys
from pathlib import Path

from adapters.prometheus.text_format import exposed_name
from application.metrics.metric import OTHER, Metric, Tag
from application.metrics.registry import METRICS

PAGE = Path("docs/metrics.md")
HEAD = f"""# Metrics

Made by `make metrics` from `src/application/metrics/registry.py`; `make check` says when it is stale.

Datadog gets them by DogStatsD where an agent is set (`DD_AGENT_HOST` or `DD_DOGSTATSD_SOCKET`), each with the tags
`env`, `service` and `version`; the client adds its own, `datadog.dogstatsd.client.*`, which say what it had to drop.
Prometheus asks for them at `/metrics` on `HTTP_ADDR`. A distribution is a histogram there, a service check a gauge
(1 is well), an event a counter.

A tag has the values that are listed here and `{OTHER}`, which stands for anything else: no address, no key and no text
of a task or of a relay becomes one.

| metric | Prometheus | kind | unit | tags | meaning |
|---|---|---|---|---|---|
"""
MIDDLE = """
## Tags

| tag | of | meaning | values |
|---|---|---|---|
"""


def metric_row(metric: Metric) -> str:
    """Write one metric as a row."""
    tags = ", ".join(f"`{tag.name}`" for tag in metric.tags)
    cells = (f"`{metric.name}`", f"`{exposed_name(metric)}`", metric.kind, metric.unit, tags, metric.meaning)
    return f"| {' | '.join(cells)} |"


def tag_row(tag: Tag) -> str:
    """Write one tag as a row, with the metrics that have it."""
    metrics = ", ".join(f"`{metric.name}`" for metric in METRICS if tag in metric.tags)
    values = ", ".join(f"`{value}`" for value in tag.values) if tag.values else "as in the settings"
    return f"| `{tag.name}` | {metrics} | {tag.meaning} | {values} |"


tags = dict.fromkeys(tag for metric in METRICS for tag in metric.tags)
page = HEAD + "\n".join(map(metric_row, METRICS)) + "\n" + MIDDLE + "\n".join(map(tag_row, tags)) + "\n"
if sys.argv[1:] == ["--check"]:
    sys.exit(None if PAGE.exists() and PAGE.read_text() == page else f"{PAGE} is stale: run make metrics and commit it")
PAGE.write_text(page)
