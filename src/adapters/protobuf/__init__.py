"""The wire format of a task: betterproto2 behind a strict check of the raw bytes."""
