"""Unit tests of src/adapters/prometheus."""
