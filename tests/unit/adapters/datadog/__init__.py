"""Unit tests of src/adapters/datadog."""
