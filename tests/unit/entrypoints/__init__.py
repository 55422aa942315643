"""Unit tests of src/entrypoints."""
