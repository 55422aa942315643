"""The composition root resolves, and nothing in it opens anything."""

from collections.abc import Callable

import pytest
from dependency_injector import providers

from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.jinja.diagnosis import JinjaDiagnosis
from adapters.rabbitmq.diagnosis import RabbitMqDiagnosis
from adapters.smtp.diagnosis import SmtpDiagnosis
from application.metrics.registry import SINK
from domain.mail_events import EmailSent
from domain.mail_label import MailLabel
from entrypoints.container import Container
from entrypoints.load_settings import load_settings
from entrypoints.settings import BrokerSettings, Settings


@pytest.fixture
def container(environment: Callable[..., None]) -> Container:
    environment(AMQP_ADDR="amqp://rabbitmq", SMTP_RELAY="mail.example.org", MAIL_FROM="tickets@example.org")
    return Container(settings=load_settings(Settings))


@pytest.mark.parametrize("name", Container.providers)
async def test_every_provider_resolves(container: Container, name: str) -> None:
    """Nothing listens at the names in the settings: a constructor that connects would fail or hang here."""
    assert container.providers[name]() is not None


async def test_what_one_worker_shares_is_one_object(container: Container) -> None:
    assert container.source() is container.source()
    assert container.worker() is container.worker()


async def test_an_override_reaches_everything_that_uses_it(container: Container) -> None:
    """The demo and the tests swap adapters this way."""
    swapped = object()
    container.observer.override(providers.Object(swapped))
    assert container.settle()._observer is swapped
    assert container.deliver()._observer is swapped
    assert container.worker()._observer is swapped


async def test_the_sinks_go_by_the_names_that_the_registry_lists(container: Container) -> None:
    assert set(container.observer().dropped) == set(SINK.values or ())


async def test_the_relays_of_the_settings_are_those_that_metrics_may_name(container: Container) -> None:
    event = EmailSent(
        mail=MailLabel(key="k1"), attempts=1, relay="mail.example.org:465", reply_code=250, duration_s=0.1
    )
    container.observer().notify(event)
    assert 'takeoff_emails_sent_total{relay="mail.example.org:465"} 1' in container.prometheus().text()


async def test_doctor_looks_at_broker_relay_and_templates(container: Container) -> None:
    assert [type(diagnosis) for diagnosis in container.diagnoses()] == [
        RabbitMqDiagnosis,
        SmtpDiagnosis,
        DatabaseDiagnosis,
        JinjaDiagnosis,
    ]


async def test_a_producer_needs_the_brokers_url_only(environment: Callable[..., None]) -> None:
    environment(AMQP_ADDR="amqp://rabbitmq")
    container = Container(settings=load_settings(BrokerSettings))
    assert container.enqueue() is not None


async def test_settings_reach_the_parts_that_use_them(container: Container) -> None:
    """A name that means something to the container's own objects would hand over the wrong thing without a word."""
    assert container.assemble()._from_name == ""
    assert str(container.assemble()._mail_from) == "tickets@example.org"
    assert container.event().venue == ""
    assert container.retry().max_attempts == 3
