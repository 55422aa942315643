"""The demo as a reader of the README runs it."""
