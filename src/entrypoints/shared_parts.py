"""What every command is made of: settings, broker, observers and ledger."""

import uuid

from dependency_injector import containers, providers
from pydantic_settings import BaseSettings

from adapters.clock.system_clock import SystemClock
from adapters.database.ledger import DatabaseLedger
from adapters.datadog.observer import DatadogObserver
from adapters.ddtrace.observer import DdtraceObserver
from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.logging.observer import LogObserver
from adapters.prometheus.observer import PrometheusObserver
from adapters.protobuf.task_codec import ProtobufTaskCodec
from adapters.rabbitmq.task_publisher import RabbitMqTaskPublisher
from adapters.rabbitmq.topology import Topology
from application.component_states import ComponentStates
from application.fan_out import FanOut
from application.metrics.meter import Meter
from application.use_cases.enqueue_email import EnqueueEmail


def _fresh_key() -> str:
    return uuid.uuid4().hex


class SharedParts(containers.DeclarativeContainer):
    """`enqueue` needs BrokerSettings, the ledger DatabaseSettings."""

    settings = providers.Dependency(instance_of=BaseSettings)

    broker_url = settings.provided.amqp_addr.get_secret_value.call()
    topology = providers.Singleton(Topology, queue_type=settings.provided.queue_type)
    codec = providers.Singleton(ProtobufTaskCodec)
    addresses = providers.Singleton(EmailValidatorAddressParser)
    publisher = providers.Singleton(RabbitMqTaskPublisher, url=broker_url, topology=topology)
    enqueue = providers.Singleton(EnqueueEmail, codec=codec, addresses=addresses, publisher=publisher)

    clock = providers.Singleton(SystemClock)
    fresh_key = providers.Object(_fresh_key)
    meter = providers.Singleton(Meter, relays=settings.provided.relay_names)
    prometheus = providers.Singleton(PrometheusObserver, meter=meter)
    datadog = providers.Singleton(DatadogObserver, agent=settings.provided.datadog_agent, meter=meter)
    components = providers.Singleton(ComponentStates, relays=settings.provided.relay_names, clock=clock)
    tracing = providers.Singleton(DdtraceObserver, agent=settings.provided.trace_agent, clock=clock)
    # Traces first: a line about a delivery has the ids of its trace from the first one on.
    observer = providers.Singleton(
        FanOut,
        traces=tracing,
        log=providers.Singleton(LogObserver, is_verbose=settings.provided.is_verbose),
        prometheus=prometheus,
        datadog=datadog,
        health=components,
    )
    ledger = providers.Singleton(
        DatabaseLedger,
        url=settings.provided.database_url.get_secret_value.call(),
        lease_s=settings.provided.lease_s,
        retention_days=settings.provided.retention_days,
        clock=clock,
        observer=observer,
    )
