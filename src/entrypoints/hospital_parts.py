"""What the commands for failed mails are made of."""

from dependency_injector import providers

from adapters.database.hospital_store import DatabaseHospitalStore
from adapters.database.replay_jobs import DatabaseReplayJobs
from adapters.rabbitmq.hospital_queue import RabbitMqHospitalQueue
from adapters.rabbitmq.letter_publisher import RabbitMqLetterPublisher
from adapters.webhook.observer import WebhookObserver
from application.use_cases.admit_letters import AdmitLetters
from application.use_cases.edit_letter import EditLetter
from application.use_cases.follow_replays import FollowReplays
from application.use_cases.mark_sent import MarkSent
from application.use_cases.move_letters import MoveLetters
from application.use_cases.read_letter import ReadLetter
from application.use_cases.replay_letter import ReplayLetter
from application.use_cases.replay_letters import ReplayLetters
from application.use_cases.trace_mail import TraceMail
from application.use_cases.watch_hospital import WatchHospital, WatchLimits
from entrypoints.shared_parts import SharedParts


class HospitalParts(SharedParts):
    """Needs HospitalSettings, and `trace_mail` only DatabaseSettings."""

    webhook = providers.Singleton(
        WebhookObserver,
        url=SharedParts.settings.provided.hospital_webhook_url.get_secret_value.call(),
        secret=SharedParts.settings.provided.hospital_webhook_secret.get_secret_value.call(),
    )
    hospital = providers.Singleton(DatabaseHospitalStore, ledger=SharedParts.ledger)
    read_letter = providers.Singleton(
        ReadLetter, codec=SharedParts.codec, addresses=SharedParts.addresses, ledger=SharedParts.ledger
    )
    admit = providers.Singleton(
        AdmitLetters,
        queue=providers.Singleton(RabbitMqHospitalQueue, url=SharedParts.broker_url, topology=SharedParts.topology),
        store=hospital,
        read=read_letter,
        watch=providers.Singleton(
            WatchHospital,
            store=hospital,
            observer=SharedParts.observer,
            clock=SharedParts.clock,
            limits=providers.Singleton(
                WatchLimits,
                inflow=SharedParts.settings.provided.hospital_inflow_limit,
                age_s=SharedParts.settings.provided.hospital_age_limit_s,
            ),
        ),
        observer=SharedParts.observer,
        clock=SharedParts.clock,
    )
    trace_mail = providers.Singleton(TraceMail, ledger=SharedParts.ledger, store=hospital)
    move_letters = providers.Singleton(MoveLetters, store=hospital)
    edit_letter = providers.Singleton(
        EditLetter,
        store=hospital,
        codec=SharedParts.codec,
        addresses=SharedParts.addresses,
        read=read_letter,
        fresh_key=SharedParts.fresh_key,
    )
    replay_jobs = providers.Singleton(DatabaseReplayJobs, ledger=SharedParts.ledger)
    follow_replays = providers.Singleton(FollowReplays, store=hospital, jobs=replay_jobs, ledger=SharedParts.ledger)
    replay_letter = providers.Singleton(
        ReplayLetter,
        store=hospital,
        jobs=replay_jobs,
        ledger=SharedParts.ledger,
        read=read_letter,
        publisher=providers.Singleton(
            RabbitMqLetterPublisher, url=SharedParts.broker_url, topology=SharedParts.topology
        ),
        clock=SharedParts.clock,
        fresh_key=SharedParts.fresh_key,
    )
    replay_letters = providers.Singleton(
        ReplayLetters,
        store=hospital,
        jobs=replay_jobs,
        replay=replay_letter,
        follow=follow_replays,
        clock=SharedParts.clock,
    )
    mark_sent = providers.Singleton(MarkSent, store=hospital, replay=replay_letter)
