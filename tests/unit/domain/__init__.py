"""Unit tests of src/domain."""
