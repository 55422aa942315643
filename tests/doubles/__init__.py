"""Fakes that only tests need; what the demo needs too is in `src/adapters/memory`."""
