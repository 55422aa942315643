"""Tests of adapters.ddtrace."""
