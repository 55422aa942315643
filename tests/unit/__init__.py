"""Unit tests: fakes only, no service."""
