"""The pure parts of the benchmarks; how fast anything is does not matter here."""
