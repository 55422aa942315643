"""What somebody who asks gets to read."""

import re

import pytest

from adapters.prometheus.observer import PrometheusObserver
from adapters.prometheus.text_format import exposed_name
from application.metrics.meter import Meter
from application.metrics.registry import METRICS
from domain.mail_events import EmailSent, InDoubtFound
from domain.mail_label import MailLabel
from domain.worker_events import BrokerBlocked, BrokerUnblocked
from tests.doubles.every_event import CANARY, EVERY_EVENT, RELAY

MAIL = MailLabel(key="k1")
SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? [0-9.e+-]+')


@pytest.fixture
def observer() -> PrometheusObserver:
    return PrometheusObserver(meter=Meter(relays=[RELAY]))


def sent(age_s: float) -> EmailSent:
    return EmailSent(mail=MAIL, attempts=1, relay=RELAY, reply_code=250, duration_s=0.2, age_s=age_s)


def samples(observer: PrometheusObserver, name: str) -> list[str]:
    return [line for line in observer.text().splitlines() if line.startswith((f"{name} ", f"{name}{{"))]


def test_counters_add_up_by_their_tags(observer: PrometheusObserver) -> None:
    for died in (True, False, True):
        observer.notify(InDoubtFound(mail=MAIL, relay=RELAY, worker_died=died))
    assert samples(observer, "takeoff_emails_in_doubt_total") == [
        f'takeoff_emails_in_doubt_total{{worker_died="true",relay="{RELAY}"}} 2',
        f'takeoff_emails_in_doubt_total{{worker_died="false",relay="{RELAY}"}} 1',
    ]


def test_a_gauge_is_its_last_value(observer: PrometheusObserver) -> None:
    observer.notify(BrokerBlocked(cause="disk"))
    assert samples(observer, "takeoff_broker_blocked") == ["takeoff_broker_blocked 1"]
    observer.notify(BrokerUnblocked())
    assert samples(observer, "takeoff_broker_blocked") == ["takeoff_broker_blocked 0"]


def test_buckets_hold_what_is_at_most_their_bound_and_are_cumulative(observer: PrometheusObserver) -> None:
    for age_s in (0.5, 0.6, 7200.0):
        observer.notify(sent(age_s))
    buckets = dict(line.rsplit(" ", 1) for line in samples(observer, "takeoff_email_age_seconds_bucket"))
    counts = {le: buckets[f'takeoff_email_age_seconds_bucket{{le="{le}"}}'] for le in ("0.25", "0.5", "1", "3600")}
    assert counts == {"0.25": "0", "0.5": "1", "1": "2", "3600": "2"}
    assert buckets['takeoff_email_age_seconds_bucket{le="+Inf"}'] == "3"
    assert samples(observer, "takeoff_email_age_seconds_count") == ["takeoff_email_age_seconds_count 3"]
    assert samples(observer, "takeoff_email_age_seconds_sum") == ["takeoff_email_age_seconds_sum 7201.1"]


def test_a_counter_without_tags_is_there_before_anything_happened(observer: PrometheusObserver) -> None:
    assert samples(observer, "takeoff_defects_total") == ["takeoff_defects_total 0"]


def test_every_line_is_well_formed_every_metric_is_there_and_no_free_text_is(observer: PrometheusObserver) -> None:
    for event in EVERY_EVENT:
        observer.notify(event)
    text = observer.text()
    lines = text.splitlines()
    assert [line for line in lines if not line.startswith("# ") and not SAMPLE.fullmatch(line)] == []
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert typed == [exposed_name(metric) for metric in METRICS]
    assert all(re.search(rf"^{name}(_bucket)?[ {{]", text, re.MULTILINE) for name in typed)
    assert CANARY not in text


def test_more_mails_make_no_more_series(observer: PrometheusObserver) -> None:
    for event in EVERY_EVENT:
        observer.notify(event)
    before = observer.text().count("\n")
    for event in EVERY_EVENT * 3:
        observer.notify(event)
    assert observer.text().count("\n") == before
