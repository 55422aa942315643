"""Declares before each connect; at the first one refuses what would lose mails, and tells what could be better."""

from adapters.rabbitmq.connection import short_connection
from adapters.rabbitmq.declaration import declare_all
from adapters.rabbitmq.errors import Forbidden
from adapters.rabbitmq.queue_shape import hospital_policy, hospital_remedy, learn_shape
from adapters.rabbitmq.topology import Topology
from application.ports.message_source import SourceUnusable
from application.ports.observer import Observer
from domain.worker_events import DeclareForbidden, TopologyDiffers


class ReportingDeclaration:
    """A callable for the supervisor; it looks closer once, since the broker logs each refused question as an error."""

    def __init__(self, *, url: str, topology: Topology, observer: Observer) -> None:
        self._url = url
        self._topology = topology
        self._observer = observer
        self._has_looked = False

    async def __call__(self) -> None:
        """Declare. Raises BrokerError, SourceUnusable."""
        await declare_all(self._url, self._topology)
        if not self._has_looked:
            await self._look()
            self._has_looked = True

    async def _look(self) -> None:
        url, topology = self._url, self._topology
        try:
            async with short_connection(url, name="look") as connection:
                tasks = await learn_shape(connection, topology.queue)
                hospital = await learn_shape(connection, topology.hospital_queue)
        except Forbidden:
            self._observer.notify(DeclareForbidden(queue=topology.queue))
            return
        for queue, shape in ((topology.queue, tasks), (topology.hospital_queue, hospital)):
            if refusal := shape.refusal():
                raise SourceUnusable(f"{queue}: {refusal}")
        if tasks.task_concern():
            self._observer.notify(TopologyDiffers(queue=topology.queue, remedy=hospital_policy(url, topology)))
        if hospital.hospital_concern():
            remedy = hospital_remedy(hospital, url, topology)
            self._observer.notify(TopologyDiffers(queue=topology.hospital_queue, remedy=remedy))
