"""The composition root: the only file that knows every part, in dependency order."""

import random
import uuid

from dependency_injector import containers, providers
from pydantic_settings import BaseSettings

from adapters.clock.system_clock import SystemClock
from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.database.hospital_store import DatabaseHospitalStore
from adapters.database.ledger import DatabaseLedger
from adapters.database.rate_limiter import DatabaseRateLimiter
from adapters.database.replay_jobs import DatabaseReplayJobs
from adapters.datadog.observer import DatadogObserver
from adapters.ddtrace.observer import DdtraceObserver
from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.icalendar.calendar_writer import IcalendarWriter
from adapters.jinja.diagnosis import JinjaDiagnosis
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.template_check import JinjaTemplateCheck
from adapters.jinja.template_library import JinjaTemplateLibrary
from adapters.logging.observer import LogObserver
from adapters.prometheus.observer import PrometheusObserver
from adapters.protobuf.task_codec import ProtobufTaskCodec
from adapters.rabbitmq.diagnosis import RabbitMqDiagnosis
from adapters.rabbitmq.hospital_queue import RabbitMqHospitalQueue
from adapters.rabbitmq.letter_publisher import RabbitMqLetterPublisher
from adapters.rabbitmq.message_source import RabbitMqMessageSource
from adapters.rabbitmq.task_publisher import RabbitMqTaskPublisher
from adapters.rabbitmq.topology import Topology
from adapters.segno.qr_encoder import SegnoQrEncoder
from adapters.smtp.diagnosis import SmtpDiagnosis
from adapters.smtp.transport import SmtpEmailTransport
from adapters.webhook.observer import WebhookObserver
from application.component_states import ComponentStates
from application.failpoints import pass_by
from application.fan_out import FanOut
from application.metrics.meter import Meter
from application.use_cases.admit_letters import AdmitLetters
from application.use_cases.assemble_email import AssembleEmail
from application.use_cases.attempt_email import AttemptEmail, AttemptRules
from application.use_cases.deliver_email import DeliverEmail
from application.use_cases.domain_lanes import DomainLanes
from application.use_cases.edit_letter import EditLetter
from application.use_cases.enqueue_email import EnqueueEmail
from application.use_cases.follow_replays import FollowReplays
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.mark_sent import MarkSent
from application.use_cases.move_letters import MoveLetters
from application.use_cases.prepare_email import PrepareEmail
from application.use_cases.read_letter import ReadLetter
from application.use_cases.replay_letter import ReplayLetter
from application.use_cases.replay_letters import ReplayLetters
from application.use_cases.run_worker import RunWorker
from application.use_cases.sample_worker import SampleWorker
from application.use_cases.settle_message import SettleMessage
from application.use_cases.trace_mail import TraceMail
from application.use_cases.watch_hospital import WatchHospital, WatchLimits
from domain.retry_policy import RetryPolicy
from entrypoints.process_memory import rss_bytes


def _fresh_key() -> str:
    return uuid.uuid4().hex


class Container(containers.DeclarativeContainer):
    """All parts. The demo overrides four of them.

    `enqueue` needs BrokerSettings, `template_*` TemplateSettings, `trace_mail` DatabaseSettings, the hospital's
    parts HospitalSettings, the rest Settings.
    """

    settings = providers.Dependency(instance_of=BaseSettings)

    broker_url = settings.provided.amqp_addr.get_secret_value.call()
    topology = providers.Singleton(Topology, queue_type=settings.provided.queue_type)
    codec = providers.Singleton(ProtobufTaskCodec)
    addresses = providers.Singleton(EmailValidatorAddressParser)
    publisher = providers.Singleton(RabbitMqTaskPublisher, url=broker_url, topology=topology)
    enqueue = providers.Singleton(EnqueueEmail, codec=codec, addresses=addresses, publisher=publisher)

    clock = providers.Singleton(SystemClock)
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
    event = providers.Singleton(
        EventDetails,
        name=settings.provided.event_name,
        date=settings.provided.event_date,
        venue=settings.provided.event_venue,
        url=settings.provided.event_url,
    )
    ledger = providers.Singleton(
        DatabaseLedger,
        url=settings.provided.database_url.get_secret_value.call(),
        lease_s=settings.provided.lease_s,
        retention_days=settings.provided.retention_days,
        clock=clock,
        observer=observer,
    )
    webhook = providers.Singleton(
        WebhookObserver,
        url=settings.provided.hospital_webhook_url.get_secret_value.call(),
        secret=settings.provided.hospital_webhook_secret.get_secret_value.call(),
    )
    hospital = providers.Singleton(DatabaseHospitalStore, ledger=ledger)
    read_letter = providers.Singleton(ReadLetter, codec=codec, addresses=addresses, ledger=ledger)
    admit = providers.Singleton(
        AdmitLetters,
        queue=providers.Singleton(RabbitMqHospitalQueue, url=broker_url, topology=topology),
        store=hospital,
        read=read_letter,
        watch=providers.Singleton(
            WatchHospital,
            store=hospital,
            observer=observer,
            clock=clock,
            limits=providers.Singleton(
                WatchLimits,
                inflow=settings.provided.hospital_inflow_limit,
                age_s=settings.provided.hospital_age_limit_s,
            ),
        ),
        observer=observer,
        clock=clock,
    )
    trace_mail = providers.Singleton(TraceMail, ledger=ledger, store=hospital)
    move_letters = providers.Singleton(MoveLetters, store=hospital)
    edit_letter = providers.Singleton(
        EditLetter,
        store=hospital,
        codec=codec,
        addresses=addresses,
        read=read_letter,
        fresh_key=providers.Object(_fresh_key),
    )
    replay_jobs = providers.Singleton(DatabaseReplayJobs, ledger=ledger)
    follow_replays = providers.Singleton(FollowReplays, store=hospital, jobs=replay_jobs, ledger=ledger)
    replay_letter = providers.Singleton(
        ReplayLetter,
        store=hospital,
        jobs=replay_jobs,
        ledger=ledger,
        read=read_letter,
        publisher=providers.Singleton(RabbitMqLetterPublisher, url=broker_url, topology=topology),
        clock=clock,
        fresh_key=providers.Object(_fresh_key),
    )
    replay_letters = providers.Singleton(
        ReplayLetters, store=hospital, jobs=replay_jobs, replay=replay_letter, follow=follow_replays, clock=clock
    )
    mark_sent = providers.Singleton(MarkSent, store=hospital, replay=replay_letter)
    render_thread = providers.Singleton(RenderThread)
    template_library = providers.Singleton(JinjaTemplateLibrary, templates_dir=settings.provided.templates_dir)
    template_check = providers.Singleton(
        JinjaTemplateCheck, templates_dir=settings.provided.templates_dir, thread=render_thread
    )
    renderer = providers.Singleton(
        JinjaEmailRenderer, templates_dir=settings.provided.templates_dir, event=event, thread=render_thread
    )
    reach = providers.Object(pass_by)
    limiter = providers.Singleton(DatabaseRateLimiter, ledger=ledger, limits=settings.provided.rate_limits)
    transport = providers.Singleton(
        SmtpEmailTransport,
        relays=settings.provided.relays,
        concurrency=settings.provided.concurrency,
        clock=clock,
        observer=observer,
        limiter=limiter,
        reach=reach,
    )
    source = providers.Singleton(
        RabbitMqMessageSource,
        url=broker_url,
        topology=topology,
        prefetch=settings.provided.concurrency,
        clock=clock,
        observer=observer,
        reach=reach,
        trace_headers=tracing.provided.headers,
    )
    retry = providers.Singleton(
        RetryPolicy,
        max_attempts=settings.provided.max_attempts,
        base_s=settings.provided.retry_base_s,
        factor=settings.provided.retry_factor,
        cap_s=settings.provided.retry_cap_s,
    )
    assemble = providers.Singleton(
        AssembleEmail,
        qr=providers.Singleton(SegnoQrEncoder),
        calendar=providers.Singleton(IcalendarWriter),
        mail_from=settings.provided.mail_from.address,
        from_name=settings.provided.mail_from.display_name,
        idempotency_header=settings.provided.mail_idempotency_header,
    )
    prepare = providers.Singleton(
        PrepareEmail,
        codec=codec,
        addresses=addresses,
        renderer=renderer,
        assemble=assemble,
        clock=clock,
        fresh_key=providers.Object(_fresh_key),
    )
    settle = providers.Singleton(SettleMessage, source=source, observer=observer, clock=clock)
    guard = providers.Singleton(
        GuardIntake,
        source=source,
        transport=transport,
        ledger=ledger,
        observer=observer,
        clock=clock,
        mail_from=settings.provided.mail_from.address,
    )
    attempt = providers.Singleton(
        AttemptEmail,
        ledger=ledger,
        prepare=prepare,
        transport=transport,
        guard=guard,
        observer=observer,
        clock=clock,
        rules=providers.Singleton(AttemptRules, retry=retry, in_doubt=settings.provided.in_doubt),
        jitter=providers.Object(random.random),
        reach=reach,
    )
    deliver = providers.Singleton(
        DeliverEmail,
        source=source,
        prepare=prepare,
        ledger=ledger,
        attempt=attempt,
        settle=settle,
        guard=guard,
        lanes=providers.Singleton(DomainLanes, width=settings.provided.domain_concurrency),
        observer=observer,
        clock=clock,
        reach=reach,
    )
    worker = providers.Singleton(
        RunWorker,
        source=source,
        transport=transport,
        ledger=ledger,
        deliver=deliver,
        guard=guard,
        observer=observer,
        concurrency=settings.provided.concurrency,
        stop_timeout_s=settings.provided.stop_timeout_s,
    )
    sample = providers.Singleton(
        SampleWorker,
        worker=worker,
        source=source,
        transport=transport,
        guard=guard,
        dropped=observer.provided.dropped,
        rss_bytes=providers.Object(rss_bytes),
        observer=observer,
        clock=clock,
    )
    diagnoses = providers.List(
        providers.Singleton(RabbitMqDiagnosis, url=broker_url, topology=topology),
        providers.Singleton(SmtpDiagnosis, relays=settings.provided.relays, clock=clock),
        providers.Singleton(DatabaseDiagnosis, url=settings.provided.database_url.get_secret_value.call()),
        providers.Singleton(
            JinjaDiagnosis, templates_dir=settings.provided.templates_dir, event=event, thread=render_thread
        ),
    )
