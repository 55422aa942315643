"""The faults of faults.md, as data and a few lines of harm each."""
