"""Unit tests of src/application."""
