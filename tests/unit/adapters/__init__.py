"""Unit tests of src/adapters."""
