"""Unit tests of src/entrypoints/demo."""
