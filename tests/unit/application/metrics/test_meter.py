"""Every event becomes measurements of the registry, and nothing of it that names a person becomes a tag."""

from typing import get_args

import pytest

from application.metrics.meter import Meter
from application.metrics.metric import OTHER, Kind, Measurement
from application.metrics.registry import METRICS
from domain.events import Event
from domain.mail_events import DuplicateSuppressed, EmailHospitalised, EmailSent
from domain.mail_label import MailLabel
from domain.worker_events import IntakeResumed, RelayDown, WorkerSampled
from tests.doubles.every_event import EVERY_EVENT, RELAY

METER = Meter(relays=[RELAY])
MAIL = MailLabel(key="k1", category="welcome", domain="example.org")


def told(measurements: list[Measurement]) -> set[tuple[str, float, frozenset[tuple[str, str]]]]:
    return {(one.metric.name, one.value, frozenset(one.tags.items())) for one in measurements}


def tags(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


def test_the_examples_hold_every_kind_of_event() -> None:
    assert {type(event) for event in EVERY_EVENT} == set(get_args(Event))


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
def test_a_measurement_has_the_tags_of_its_metric_with_values_from_their_lists(event: Event) -> None:
    for one in METER.measure(event):
        assert one.metric in METRICS
        assert list(one.tags) == [tag.name for tag in one.metric.tags]
        for tag in one.metric.tags:
            assert one.tags[tag.name] in {*(tag.values or [RELAY]), OTHER}


def test_every_metric_of_the_registry_is_measured() -> None:
    measured = {one.metric.name for event in EVERY_EVENT for one in METER.measure(event)}
    assert measured == {metric.name for metric in METRICS}


def test_names_and_tags_are_what_datadog_and_prometheus_take_and_no_name_is_there_twice() -> None:
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    for metric in METRICS:
        assert metric.name.startswith("takeoff.")
        assert metric.name.replace(".", "").replace("_", "").isalpha()
        assert {tag.name for tag in metric.tags}.isdisjoint({"env", "service", "version"})
        assert (metric.kind is Kind.DISTRIBUTION) == (metric.unit == "second" and metric.name != "takeoff.loop.lag")


def test_a_sent_mail_counts_and_tells_how_long_it_took_and_how_old_it_was() -> None:
    event = EmailSent(mail=MAIL, attempts=1, relay=RELAY, reply_code=250, duration_s=0.25, age_s=2.5)
    assert told(METER.measure(event)) == {
        ("takeoff.emails.sent", 1, tags(relay=RELAY)),
        ("takeoff.delivery.duration", 0.25, tags(outcome="sent")),
        ("takeoff.email.age", 2.5, tags()),
    }


def test_the_detail_of_a_reason_is_no_tag() -> None:
    event = EmailHospitalised(
        mail=MAIL,
        attempts=0,
        reason="unknown_category:Alice_Smith",
        relay="",
        reply_code=None,
        enhanced_code=None,
        duration_s=0.5,
    )
    assert told(METER.measure(event)) == {
        ("takeoff.emails.hospitalised", 1, tags(reason="unknown_category", reply="none")),
        ("takeoff.delivery.duration", 0.5, tags(outcome="hospitalised")),
    }


def test_a_duplicate_is_counted_as_one() -> None:
    event = DuplicateSuppressed(mail=MAIL, attempts=1, relay=RELAY, duration_s=0.01)
    assert ("takeoff.emails.duplicates_suppressed", 1, tags()) in told(METER.measure(event))


def test_a_relay_that_is_down_is_an_event_and_an_open_breaker() -> None:
    event = RelayDown(relay=RELAY, phase="auth", cause="auth_refused", reply_code=535)
    assert told(METER.measure(event)) == {
        ("takeoff.relay.breaker_opened", 1, tags(relay=RELAY, phase="auth", reply="5yz")),
        ("takeoff.relay.breaker_open", 1, tags(relay=RELAY)),
    }


def test_resuming_clears_every_cause_of_a_pause() -> None:
    assert told(METER.measure(IntakeResumed(paused_s=3))) == {
        ("takeoff.intake.paused", 0, tags(cause="ledger")),
        ("takeoff.intake.paused", 0, tags(cause="relays")),
    }


@pytest.mark.parametrize(
    ("is_connected", "paused_by", "broker", "consuming", "ledger"),
    [
        (True, "", 1, 1, 1),
        (True, "relays", 1, 0, 1),
        (True, "ledger", 1, 0, 0),
        (False, "", 0, 0, 1),
    ],
)
def test_a_sample_tells_what_is_well(
    is_connected: bool, paused_by: str, broker: float, consuming: float, ledger: float
) -> None:
    sample = WorkerSampled(
        unacked=5,
        queued={"tasks": 12},
        rss_bytes=80_000_000,
        in_flight=3,
        is_connected=is_connected,
        paused_by=paused_by,
        relays={RELAY: False},
        lag_s=0.5,
        dropped={"log": 2},
    )
    assert told(METER.measure(sample)) == {
        ("takeoff.messages.unacked", 5, tags()),
        ("takeoff.queue.depth", 12, tags(queue="tasks")),
        ("takeoff.process.rss", 80_000_000, tags()),
        ("takeoff.messages.in_flight", 3, tags()),
        ("takeoff.loop.lag", 0.5, tags()),
        ("takeoff.broker", broker, tags()),
        ("takeoff.consuming", consuming, tags()),
        ("takeoff.ledger", ledger, tags()),
        ("takeoff.intake.paused", paused_by == "ledger", tags(cause="ledger")),
        ("takeoff.intake.paused", paused_by == "relays", tags(cause="relays")),
        ("takeoff.relay", 0, tags(relay=RELAY)),
        ("takeoff.relay.breaker_open", 1, tags(relay=RELAY)),
        ("takeoff.events.dropped", 2, tags(sink="log")),
    }
