"""Heartbeats."""

import pytest

from adapters.rabbitmq.connection import heartbeat_s


@pytest.mark.parametrize(
    ("query", "expected_s"),
    [
        ("", 15),
        ("?heartbeat=2", 2),
        ("?heartbeat=15", 15),
        ("?heartbeat=60", 15),
        ("?heartbeat=0", 15),
        ("?heartbeat=", 15),
        ("?heartbeat=-1", 15),
        ("?heartbeat=soon", 15),
    ],
)
def test_a_url_may_ask_for_faster_heartbeats_only(query: str, expected_s: int) -> None:
    """A URL shared with producers must not make us wait three minutes for the end of a dead connection."""
    assert heartbeat_s(f"amqp://guest:guest@broker/{query}") == expected_s
