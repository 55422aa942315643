"""All scenarios, in the order of the table."""

from collections.abc import Sequence

from tests.faults.scenario import Scenario, Selection
from tests.faults.scenarios import (
    broker,
    cluster,
    crashes,
    cuts,
    deliveries,
    hospital,
    ledger,
    limits,
    partitions,
    relay_outage,
    rendering,
    replies,
    sending_times,
    soak,
    surroundings,
    workers,
)


def chosen(selection: Selection, words: Sequence[str]) -> list[Scenario]:
    """Those of a selection (long means all); of these, where there are words, the faults of these names."""
    everything = [
        *broker.SCENARIOS,
        *broker.LONG,
        *deliveries.SCENARIOS,
        *deliveries.LONG,
        *sending_times.SCENARIOS,
        *sending_times.LONG,
        *cluster.LONG,
        *partitions.LONG,
        *relay_outage.SCENARIOS,
        *relay_outage.LONG,
        *limits.SCENARIOS,
        *limits.LONG,
        *cuts.SCENARIOS,
        *replies.SCENARIOS,
        *replies.LONG,
        *crashes.SCENARIOS,
        *crashes.LONG,
        *workers.SCENARIOS,
        *workers.LONG,
        *rendering.SCENARIOS,
        *rendering.LONG,
        *ledger.SCENARIOS,
        *ledger.LONG,
        *surroundings.SCENARIOS,
        *surroundings.LONG,
        *hospital.SCENARIOS,
        *hospital.LONG,
        *soak.LONG,
    ]
    return [
        scenario
        for scenario in everything
        if selection in (Selection.LONG, scenario.selection)
        and (not words or any(word == scenario.fault or word in scenario.name for word in words))
    ]
