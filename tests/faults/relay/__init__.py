"""A relay in a process of its own that keeps every mail on disk before it answers, and misbehaves as it is told."""
