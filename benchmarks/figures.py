"""What is made of samples: the figures of one run, medians over runs, ratios within a round."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RATE = "mails/s"
CPU = "CPU us/mail"
MEMORY = "peak MB"

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How things stood at one moment: mails that the sink had accepted, CPU and memory of the process tree."""

    at_s: float
    mails: int
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All runs of one contestant or setting, one for each round."""

    label: str
    runs: Sequence[Figures]

    def median(self, figure: str) -> float | None:
        """The median of a figure, if every run has it."""
        values = [run[figure] for run in self.runs if figure in run]
        return statistics.median(values) if values and len(values) == len(self.runs) else None

    def ratio(self, figure: str, base: "Series") -> float | None:
        """The median over the rounds of ours by the base's: both ran one after the other, on the same machine."""
        pairs = [
            run[figure] / other[figure]
            for run, other in zip(self.runs, base.runs, strict=True)
            if figure in run and other.get(figure)
        ]
        return statistics.median(pairs) if pairs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One benchmark: `figures` are its columns; those in `compared` also stand as ratios to the first series."""

    name: str
    title: str
    figures: Sequence[str]
    compared: Sequence[str]
    series: Sequence[Series]


def steady(samples: Sequence[Sample], total: int) -> tuple[Sample, Sample]:
    """The first and the last sample of the steady part: the first and the last tenth of the mails are cut off.

    Raises ValueError where no two samples lie in it.
    """
    inside = [sample for sample in samples if total * 0.1 <= sample.mails <= total * 0.9]
    if len(inside) < 2 or inside[0].mails == inside[-1].mails:
        raise ValueError("too few mails for the pace of sampling")
    return inside[0], inside[-1]


def figures_of(samples: Sequence[Sample], total: int) -> Figures:
    """Rate and CPU of the steady part, memory of the whole run."""
    first, last = steady(samples, total)
    mails = last.mails - first.mails
    return {
        RATE: mails / (last.at_s - first.at_s),
        CPU: (last.cpu_s - first.cpu_s) / mails * 1e6,
        MEMORY: max(sample.memory_bytes for sample in samples) / 1e6,
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all are not above (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]
