"""Unit tests of src/application/metrics."""
