"""The metric sink that is asked: it keeps every series in memory and writes them all when somebody comes."""

from bisect import bisect_left
from collections.abc import Mapping

from adapters.prometheus.text_format import exposed_name, head_of, number, sample_line
from application.metrics.meter import Meter
from application.metrics.metric import Kind, Measurement, Metric
from application.metrics.registry import METRICS
from application.ports.observer import Observer
from domain.events import Event

# From a render that is quick to a relay that takes the 10 minutes of RFC 5321 4.5.3.2.6, and queues of an hour.
BUCKETS_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3600.0)

_Labels = tuple[tuple[str, str], ...]
_ADDING = {Kind.COUNT, Kind.EVENT}


class _Histogram:
    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS_S) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(BUCKETS_S, value)] += 1
        self._sum += value

    def lines(self, name: str, labels: Mapping[str, str]) -> list[str]:
        lines, total = [], 0
        for bound, count in zip((*map(number, BUCKETS_S), "+Inf"), self._counts, strict=True):
            total += count
            lines.append(sample_line(f"{name}_bucket", {**labels, "le": bound}, float(total)))
        lines.append(sample_line(f"{name}_sum", labels, self._sum))
        lines.append(sample_line(f"{name}_count", labels, float(total)))
        return lines


class PrometheusObserver(Observer):
    """As many series as the lists of tag values allow, however many mails there are."""

    def __init__(self, *, meter: Meter) -> None:
        self._meter = meter
        self._values: dict[str, dict[_Labels, float]] = {metric.name: {} for metric in METRICS}
        self._histograms: dict[str, dict[_Labels, _Histogram]] = {metric.name: {} for metric in METRICS}

    def notify(self, event: Event) -> None:
        for measurement in self._meter.measure(event):
            self._take(measurement)

    def text(self) -> str:
        """Write every series there is so far; counters without tags begin at 0."""
        return "\n".join(line for metric in METRICS for line in [*head_of(metric), *self._lines(metric)]) + "\n"

    def _take(self, measurement: Measurement) -> None:
        metric, labels, value = measurement.metric, tuple(measurement.tags.items()), measurement.value
        if metric.kind is Kind.DISTRIBUTION:
            self._histograms[metric.name].setdefault(labels, _Histogram()).add(value)
        elif metric.kind in _ADDING:
            values = self._values[metric.name]
            values[labels] = values.get(labels, 0.0) + value
        else:
            self._values[metric.name][labels] = value

    def _lines(self, metric: Metric) -> list[str]:
        name = exposed_name(metric)
        values = self._values[metric.name]
        if metric.kind in _ADDING and not metric.tags:
            values = {(): 0.0} | values
        lines = [sample_line(name, dict(labels), value) for labels, value in values.items()]
        for labels, histogram in self._histograms[metric.name].items():
            lines += histogram.lines(name, dict(labels))
        return lines
