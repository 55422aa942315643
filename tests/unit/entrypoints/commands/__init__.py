"""Unit tests of src/entrypoints/commands."""
