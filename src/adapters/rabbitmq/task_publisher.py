"""Publishes tasks as a producer does, and makes sure that they have arrived."""

from functools import partial

from adapters.rabbitmq.copies import task_message
from adapters.rabbitmq.declaration import declare_task_queue
from adapters.rabbitmq.errors import BrokerError
from adapters.rabbitmq.publish_connection import Destination
from adapters.rabbitmq.publisher import Publisher
from adapters.rabbitmq.topology import Topology
from application.ports.task_publisher import PublishFailed, TaskPublisher


class RabbitMqTaskPublisher(TaskPublisher):
    """Connects for each task; the queue is created where it is missing."""

    def __init__(self, *, url: str, topology: Topology) -> None:
        self._url = url
        self._queue = Destination(
            exchange="",
            routing_key=topology.queue,
            declare=partial(declare_task_queue, url, topology),
        )

    async def publish(self, body: bytes) -> None:
        publisher = Publisher(url=self._url, on_blocked=_nobody_listens)
        try:
            await publisher.publish(task_message(body), self._queue)
        except BrokerError as error:
            raise PublishFailed(error.cause) from error
        finally:
            await publisher.close()


def _nobody_listens(_: bool) -> None:
    """A blocked publish fails with its cause, which is all that a producer can use."""
