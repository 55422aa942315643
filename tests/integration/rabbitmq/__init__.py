"""The adapter on a real broker."""
