"""Faults against real processes, and the reckoning of what became of every mail; run by `python -m tests.faults`."""
