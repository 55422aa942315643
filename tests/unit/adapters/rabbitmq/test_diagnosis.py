"""Which links may be plain."""

import pytest
from yarl import URL

from adapters.rabbitmq.diagnosis import examine_link


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("amqp://guest:guest@localhost:5672/", False),
        ("amqp://guest:guest@rabbitmq/", False),
        ("amqp://guest:guest@127.0.0.1/", False),
        ("amqp://guest:guest@[::1]/", False),
        ("amqp://guest:guest@10.1.2.3/", False),
        ("amqp://guest:guest@192.168.7.1/", False),
        ("amqp://guest:guest@8.8.8.8/", True),
        ("amqp://guest:guest@[2001:4860:4860::8888]/", True),
        ("amqps://guest:guest@8.8.8.8/", False),
    ],
)
async def test_plain_amqp_beyond_this_host_and_private_networks_is_a_warning(url: str, warns: bool) -> None:
    """Promise 9: a password must not be readable on the way."""
    assert bool(await examine_link(URL(url))) is warns
