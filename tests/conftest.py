"""For all tests."""

from hypothesis import settings

# A deadline per example measures the machine: another job on it would fail a test at random.
settings.register_profile("takeoff", deadline=None)
settings.load_profile("takeoff")
