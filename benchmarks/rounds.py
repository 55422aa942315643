"""The contestants take turns: a machine that gets slower for a while does so for all of them."""

import sys
from collections.abc import Callable, Mapping

from benchmarks.figures import Figures, Series


def interleaved(rounds: int, runs: Mapping[str, Callable[[], Figures]]) -> list[Series]:
    """Run each as many times as there are rounds, one after the other in every round."""
    found: dict[str, list[Figures]] = {label: [] for label in runs}
    for number in range(rounds):
        for label, run in runs.items():
            figures = run()
            found[label].append(figures)
            told = ", ".join(f"{value:.4g} {name}" for name, value in figures.items())
            print(f"  round {number + 1}/{rounds}  {label}: {told}", file=sys.stderr, flush=True)  # noqa: T201  progress
    return [Series(label=label, runs=figures) for label, figures in found.items()]
