"""Unit tests of src/entrypoints/hospital."""
