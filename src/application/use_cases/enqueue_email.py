"""Publishes one task, checked by the worker's own rules before it leaves."""

from application.ports.address_parser import AddressParser
from application.ports.task_codec import TaskCodec
from application.ports.task_publisher import TaskPublisher
from domain.email_address import BadAddress
from domain.email_task import EmailTask


class TaskRefused(Exception):
    """The worker would not mail this task; `problem` says why, for the person who wrote it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class EnqueueEmail:
    """A producer that makes no mistakes: what it publishes, the worker can read."""

    def __init__(self, *, codec: TaskCodec, addresses: AddressParser, publisher: TaskPublisher) -> None:
        self._codec = codec
        self._addresses = addresses
        self._publisher = publisher

    async def __call__(self, task: EmailTask) -> None:
        """Check, encode, publish and wait for the confirm. Raises TaskRefused, PublishFailed."""
        if missing := task.missing_field():
            raise TaskRefused(f"{missing} is missing")
        if isinstance(address := self._addresses.parse(task.to), BadAddress):
            raise TaskRefused(f"to: {address.why}")
        try:
            body = self._codec.encode(task)
        except ValueError as error:
            raise TaskRefused(str(error)) from error
        await self._publisher.publish(body)
