"""How much memory the worker has in use."""

from entrypoints.process_memory import rss_bytes


def test_what_is_held_shows() -> None:
    before = rss_bytes()
    held = bytearray(b"x" * 50_000_000)
    assert rss_bytes() - before > 40_000_000
    assert before > 10_000_000
    del held
