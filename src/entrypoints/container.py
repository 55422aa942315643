"""The composition root: with what it builds on, the only file that knows every part, in dependency order."""

import random

from dependency_injector import providers

from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.database.rate_limiter import DatabaseRateLimiter
from adapters.icalendar.calendar_writer import IcalendarWriter
from adapters.jinja.diagnosis import JinjaDiagnosis
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.template_check import JinjaTemplateCheck
from adapters.jinja.template_library import JinjaTemplateLibrary
from adapters.rabbitmq.diagnosis import RabbitMqDiagnosis
from adapters.rabbitmq.message_source import RabbitMqMessageSource
from adapters.segno.qr_encoder import SegnoQrEncoder
from adapters.smtp.diagnosis import SmtpDiagnosis
from adapters.smtp.transport import SmtpEmailTransport
from application.failpoints import pass_by
from application.use_cases.assemble_email import AssembleEmail
from application.use_cases.attempt_email import AttemptEmail, AttemptRules
from application.use_cases.deliver_email import DeliverEmail
from application.use_cases.domain_lanes import DomainLanes
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.prepare_email import PrepareEmail
from application.use_cases.run_worker import RunWorker
from application.use_cases.sample_worker import SampleWorker
from application.use_cases.settle_message import SettleMessage
from domain.retry_policy import RetryPolicy
from entrypoints.hospital_parts import HospitalParts
from entrypoints.process_memory import rss_bytes
from entrypoints.shared_parts import SharedParts


class Container(HospitalParts):
    """All parts. The demo overrides four of them.

    `template_*` needs TemplateSettings, the worker's own parts Settings.
    """

    event = providers.Singleton(
        EventDetails,
        name=SharedParts.settings.provided.event_name,
        date=SharedParts.settings.provided.event_date,
        venue=SharedParts.settings.provided.event_venue,
        url=SharedParts.settings.provided.event_url,
    )
    render_thread = providers.Singleton(RenderThread)
    template_library = providers.Singleton(
        JinjaTemplateLibrary, templates_dir=SharedParts.settings.provided.templates_dir
    )
    template_check = providers.Singleton(
        JinjaTemplateCheck, templates_dir=SharedParts.settings.provided.templates_dir, thread=render_thread
    )
    renderer = providers.Singleton(
        JinjaEmailRenderer, templates_dir=SharedParts.settings.provided.templates_dir, event=event, thread=render_thread
    )
    reach = providers.Object(pass_by)
    limiter = providers.Singleton(
        DatabaseRateLimiter, ledger=SharedParts.ledger, limits=SharedParts.settings.provided.rate_limits
    )
    transport = providers.Singleton(
        SmtpEmailTransport,
        relays=SharedParts.settings.provided.relays,
        concurrency=SharedParts.settings.provided.concurrency,
        clock=SharedParts.clock,
        observer=SharedParts.observer,
        limiter=limiter,
        reach=reach,
    )
    source = providers.Singleton(
        RabbitMqMessageSource,
        url=SharedParts.broker_url,
        topology=SharedParts.topology,
        prefetch=SharedParts.settings.provided.concurrency,
        clock=SharedParts.clock,
        observer=SharedParts.observer,
        reach=reach,
        trace_headers=SharedParts.tracing.provided.headers,
    )
    retry = providers.Singleton(
        RetryPolicy,
        max_attempts=SharedParts.settings.provided.max_attempts,
        base_s=SharedParts.settings.provided.retry_base_s,
        factor=SharedParts.settings.provided.retry_factor,
        cap_s=SharedParts.settings.provided.retry_cap_s,
    )
    assemble = providers.Singleton(
        AssembleEmail,
        qr=providers.Singleton(SegnoQrEncoder),
        calendar=providers.Singleton(IcalendarWriter),
        mail_from=SharedParts.settings.provided.mail_from.address,
        from_name=SharedParts.settings.provided.mail_from.display_name,
        idempotency_header=SharedParts.settings.provided.mail_idempotency_header,
    )
    prepare = providers.Singleton(
        PrepareEmail,
        codec=SharedParts.codec,
        addresses=SharedParts.addresses,
        renderer=renderer,
        assemble=assemble,
        clock=SharedParts.clock,
        fresh_key=SharedParts.fresh_key,
    )
    settle = providers.Singleton(SettleMessage, source=source, observer=SharedParts.observer, clock=SharedParts.clock)
    guard = providers.Singleton(
        GuardIntake,
        source=source,
        transport=transport,
        ledger=SharedParts.ledger,
        observer=SharedParts.observer,
        clock=SharedParts.clock,
        mail_from=SharedParts.settings.provided.mail_from.address,
    )
    attempt = providers.Singleton(
        AttemptEmail,
        ledger=SharedParts.ledger,
        prepare=prepare,
        transport=transport,
        guard=guard,
        observer=SharedParts.observer,
        clock=SharedParts.clock,
        rules=providers.Singleton(AttemptRules, retry=retry, in_doubt=SharedParts.settings.provided.in_doubt),
        jitter=providers.Object(random.random),
        reach=reach,
    )
    deliver = providers.Singleton(
        DeliverEmail,
        source=source,
        prepare=prepare,
        ledger=SharedParts.ledger,
        attempt=attempt,
        settle=settle,
        guard=guard,
        lanes=providers.Singleton(DomainLanes, width=SharedParts.settings.provided.domain_concurrency),
        observer=SharedParts.observer,
        clock=SharedParts.clock,
        reach=reach,
    )
    worker = providers.Singleton(
        RunWorker,
        source=source,
        transport=transport,
        ledger=SharedParts.ledger,
        deliver=deliver,
        guard=guard,
        observer=SharedParts.observer,
        concurrency=SharedParts.settings.provided.concurrency,
        stop_timeout_s=SharedParts.settings.provided.stop_timeout_s,
    )
    sample = providers.Singleton(
        SampleWorker,
        worker=worker,
        source=source,
        transport=transport,
        guard=guard,
        dropped=SharedParts.observer.provided.dropped,
        rss_bytes=providers.Object(rss_bytes),
        observer=SharedParts.observer,
        clock=SharedParts.clock,
    )
    diagnoses = providers.List(
        providers.Singleton(RabbitMqDiagnosis, url=SharedParts.broker_url, topology=SharedParts.topology),
        providers.Singleton(SmtpDiagnosis, relays=SharedParts.settings.provided.relays, clock=SharedParts.clock),
        providers.Singleton(DatabaseDiagnosis, url=SharedParts.settings.provided.database_url.get_secret_value.call()),
        providers.Singleton(
            JinjaDiagnosis, templates_dir=SharedParts.settings.provided.templates_dir, event=event, thread=render_thread
        ),
    )
