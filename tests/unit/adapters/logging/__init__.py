"""Unit tests of src/adapters/logging."""
