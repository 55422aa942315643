"""A result to write about."""

from benchmarks.figures import CPU, RATE, Result, Series

RESULT = Result(
    name="throughput",
    title="20 connections",
    figures=(CPU, RATE),
    compared=(CPU,),
    series=(
        Series(label="takeoff-mailer", runs=[{CPU: 600.0, RATE: 1000.0}, {CPU: 620.0, RATE: 980.0}]),
        Series(label="R&D <old>", runs=[{CPU: 1800.0}, {CPU: 1860.0}]),
    ),
)
