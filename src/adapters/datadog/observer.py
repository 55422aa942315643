"""The metric sink that sends: to Datadog's agent on this host, if the settings name one."""

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from adapters.datadog.agent import Agent
from application.metrics.meter import Meter
from application.metrics.metric import Kind, Measurement
from application.ports.observer import Observer
from domain.events import Event

if TYPE_CHECKING:
    from datadog.dogstatsd.base import DogStatsd

# Packets of 1.4 kB (UDP) or 8 kB that wait to be sent; one more makes the oldest go.
_QUEUED_PACKETS = 1000
_CLOSE_S = 2.0


class DatadogObserver(Observer):
    """Hands measurements to a client that sums them up and sends them from threads of its own.

    Nothing waits for the agent: the socket is written to, and a host name looked up, by the client's sender alone.
    Without an agent it does nothing at all.
    """

    def __init__(self, *, agent: Agent | None, meter: Meter) -> None:
        self._agent = agent
        self._meter = meter

    def notify(self, event: Event) -> None:
        if self._client is None:
            return
        for measurement in self._meter.measure(event):
            _send(self._client, measurement)

    def close(self) -> None:
        """Send what is left, for two seconds at most; blocks meanwhile."""
        if self._client is not None:
            self._client.stop(_CLOSE_S)

    @cached_property
    def _client(self) -> "DogStatsd | None":
        agent = self._agent
        if agent is None:
            return None
        from datadog.dogstatsd.base import DogStatsd  # noqa: PLC0415  brings requests: no start without an agent pays for it

        # It warns at every packet that it drops, three times a second while there is no agent; it counts them, too.
        logging.getLogger("datadog.dogstatsd").setLevel(logging.CRITICAL)
        client = DogStatsd(
            host=agent.host or None,
            port=agent.port,
            socket_path=agent.socket or None,
            constant_tags=agent.tags,
            disable_aggregation=False,
            disable_buffering=False,
            disable_background_sender=False,
            sender_queue_size=_QUEUED_PACKETS,
            # Its hooks would stop the threads at every fork, and wait for them.
            track_instance=False,
        )
        # The client adds DD_ENV, DD_SERVICE and DD_VERSION of the environment, which the agent's are made of.
        client.constant_tags = list(dict.fromkeys(client.constant_tags))
        return client


def _send(client: "DogStatsd", measurement: Measurement) -> None:
    metric, value = measurement.metric, measurement.value
    tags = [f"{name}:{value}" for name, value in measurement.tags.items()]
    match metric.kind:
        case Kind.COUNT:
            client.increment(metric.name, value, tags)
        case Kind.DISTRIBUTION:
            client.distribution(metric.name, value, tags)
        case Kind.GAUGE:
            client.gauge(metric.name, value, tags)
        case Kind.SERVICE_CHECK:
            client.service_check(metric.name, client.OK if value else client.CRITICAL, tags)
        case Kind.EVENT:
            client.event(metric.name, metric.meaning, alert_type="error", aggregation_key=metric.name, tags=tags)
