"""Suites that the fake and the real adapter of a port both pass."""
