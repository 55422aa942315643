"""Publishes letters to the queue of tasks, with what their producer wrote and without what their failure added."""

from datetime import datetime
from functools import partial

from adapters.rabbitmq.copies import copy_of
from adapters.rabbitmq.declaration import declare_task_queue
from adapters.rabbitmq.errors import BrokerError
from adapters.rabbitmq.headers import replay_headers
from adapters.rabbitmq.letter_properties import properties_from_json
from adapters.rabbitmq.publish_connection import Destination
from adapters.rabbitmq.publisher import Publisher
from adapters.rabbitmq.topology import Topology
from application.ports.letter_publisher import LetterPublisher
from application.ports.task_publisher import PublishFailed
from domain.letter import Letter, LetterContents


class RabbitMqLetterPublisher(LetterPublisher):
    """One connection for all letters; the queue is created where it is missing."""

    def __init__(self, *, url: str, topology: Topology) -> None:
        self._publisher = Publisher(url=url, on_blocked=_nobody_listens)
        self._queue = Destination(
            exchange="",
            routing_key=topology.queue,
            declare=partial(declare_task_queue, url, topology),
        )

    async def publish(self, letter: Letter, contents: LetterContents, *, at: datetime, revives: str) -> None:
        properties = properties_from_json(contents.properties)
        headers = replay_headers(properties.headers or {}, key=letter.key, at=at, revives=revives)
        try:
            await self._publisher.publish(copy_of(contents.body, properties, headers), self._queue)
        except BrokerError as error:
            raise PublishFailed(error.cause) from error

    async def close(self) -> None:
        await self._publisher.close()


def _nobody_listens(_: bool) -> None:
    """A blocked publish fails with its cause, which ends the replay."""
