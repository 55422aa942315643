"""Prometheus' text format behind the Observer port, from the standard library alone."""
