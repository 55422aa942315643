"""Counts what waits in our queues, over a connection that nothing else depends on."""

from collections.abc import Mapping

from adapters.rabbitmq.errors import BrokerError
from adapters.rabbitmq.publisher import Publisher


class QueueCounts:
    """Asks by a passive declaration, which tells the ready messages and nothing of their age.

    A queue that is missing closes the channel of the question, and with it, where aiormq is busy, the connection: so
    this one is not the one that publishes, and is given up at every failure.
    """

    def __init__(self, *, url: str, queues: Mapping[str, str]) -> None:
        self._queues = queues
        self._asking = Publisher(url=url, on_blocked=_nobody_listens)

    async def __call__(self) -> Mapping[str, int]:
        """Count, by the names that the queues go by here; those that could not be asked are left out."""
        counts: dict[str, int] = {}
        for name, queue in self._queues.items():
            try:
                counts[name] = await self._asking.count_ready(queue)
            except BrokerError:
                await self.close()
        return counts

    async def close(self) -> None:
        """End the connection; the next question opens another."""
        await self._asking.close()


def _nobody_listens(_: bool) -> None:
    """An alarm of the broker is told by the connection that publishes."""
