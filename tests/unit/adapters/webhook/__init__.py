"""Unit tests of src/adapters/webhook."""
