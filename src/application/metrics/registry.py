"""Every metric there is. `docs/metrics.md`, the sinks, the dashboard and the monitors follow from this list."""

from application.metrics.metric import Kind, Metric, Tag
from domain.failure_reason import FailureKind
from domain.outcome import Phase

_PHASES = tuple(Phase)

RELAY = Tag(name="relay", meaning="host and port of an entry of `SMTP_RELAY`")
PHASE = Tag(name="phase", meaning="where in the SMTP dialogue", values=_PHASES)
REASON = Tag(name="reason", meaning="why it is in the hospital", values=tuple(FailureKind))
RETRY_CAUSE = Tag(name="cause", meaning="where the attempt failed", values=(*_PHASES, "in_doubt"))
WAIT_CAUSE = Tag(
    name="cause",
    meaning="the phase in which the relay failed, or what else is waited for",
    values=(*_PHASES, "send_at", "held_elsewhere", "domain_busy", "worker_died", "ledger_unavailable"),
)
HANDED_BACK_CAUSE = Tag(name="cause", meaning="why", values=("stopping", "ledger_unavailable", "lease_lost"))
PAUSE_CAUSE = Tag(name="cause", meaning="what is out of order", values=("ledger", "relays"))
REPLY = Tag(name="reply", meaning="class of the relay's reply", values=("2yz", "4yz", "5yz", "none"))
OUTCOME = Tag(
    name="outcome", meaning="what became of it", values=("sent", "retried", "waiting", "hospitalised", "duplicate")
)
REDELIVERED = Tag(name="redelivered", meaning="the broker's flag", values=("true", "false"))
WORKER_DIED = Tag(name="worker_died", meaning="else the connection broke", values=("true", "false"))
QUEUE = Tag(name="queue", meaning="`email_queue`, or `email_failed_queue`", values=("tasks", "letters"))
SINK = Tag(name="sink", meaning="who failed", values=("log", "datadog", "prometheus", "health", "traces"))

RECEIVED = Metric(
    name="takeoff.messages.received",
    kind=Kind.COUNT,
    unit="message",
    tags=(REDELIVERED,),
    meaning="A message was taken from the queue.",
)
HANDED_BACK = Metric(
    name="takeoff.messages.handed_back",
    kind=Kind.COUNT,
    unit="message",
    tags=(HANDED_BACK_CAUSE,),
    meaning="A message was returned to its queue untouched.",
)
SENT = Metric(
    name="takeoff.emails.sent", kind=Kind.COUNT, unit="email", tags=(RELAY,), meaning="A relay took a mail (2yz)."
)
RETRIED = Metric(
    name="takeoff.emails.retried",
    kind=Kind.COUNT,
    unit="email",
    tags=(RETRY_CAUSE, REPLY, RELAY),
    meaning="An attempt failed and was charged; the mail is tried again.",
)
WAITING = Metric(
    name="takeoff.emails.waiting",
    kind=Kind.COUNT,
    unit="email",
    tags=(WAIT_CAUSE,),
    meaning="A mail waits free of charge: no relay is available, or it is too early.",
)
HOSPITALISED = Metric(
    name="takeoff.emails.hospitalised",
    kind=Kind.COUNT,
    unit="email",
    tags=(REASON, REPLY),
    meaning="A mail went to the hospital and waits for an operator.",
)
DUPLICATES = Metric(
    name="takeoff.emails.duplicates_suppressed",
    kind=Kind.COUNT,
    unit="email",
    meaning="A further message for a mail that was sent before; it was acknowledged and not sent.",
)
IN_DOUBT = Metric(
    name="takeoff.emails.in_doubt",
    kind=Kind.COUNT,
    unit="email",
    tags=(WORKER_DIED, RELAY),
    meaning="Nobody can say whether the relay has the mail.",
)
AGE = Metric(
    name="takeoff.email.age",
    kind=Kind.DISTRIBUTION,
    unit="second",
    meaning="From when the producer wanted a mail sent (`created_at`, or a later `send_at`) until it was; "
    "not measured for a task that says neither.",
)
DURATION = Metric(
    name="takeoff.delivery.duration",
    kind=Kind.DISTRIBUTION,
    unit="second",
    tags=(OUTCOME,),
    meaning="From taking a message to its settlement: ledger, render, SMTP, broker.",
)
RENDER = Metric(
    name="takeoff.render.duration",
    kind=Kind.DISTRIBUTION,
    unit="second",
    meaning="From a claimed task to a mail that is ready to be sent, the wait for its turn included.",
)
PHASE_DURATION = Metric(
    name="takeoff.smtp.phase.duration",
    kind=Kind.DISTRIBUTION,
    unit="second",
    tags=(PHASE, RELAY),
    meaning="One phase of a dialogue with a relay, up to its reply; `dot` is the relay's storing of the mail.",
)
COMMIT = Metric(
    name="takeoff.ledger.commit.duration",
    kind=Kind.DISTRIBUTION,
    unit="second",
    meaning="One transaction of the ledger, which several mails share, its fsync included.",
)
SETTLEMENTS_DELAYED = Metric(
    name="takeoff.settlements.delayed",
    kind=Kind.COUNT,
    meaning="The broker did not take a copy or an acknowledgement; it is tried again.",
)
SETTLEMENTS_LOST = Metric(
    name="takeoff.settlements.lost",
    kind=Kind.COUNT,
    meaning="The broker took a message back before it was settled.",
)
DEFECTS = Metric(
    name="takeoff.defects", kind=Kind.COUNT, meaning="A defect of the worker; the log line has its place in the code."
)
INTAKE_LOST = Metric(name="takeoff.intake.lost", kind=Kind.COUNT, meaning="Consuming from the broker ended or failed.")
IN_FLIGHT = Metric(
    name="takeoff.messages.in_flight", kind=Kind.GAUGE, unit="message", meaning="Messages being worked on."
)
UNACKED = Metric(
    name="takeoff.messages.unacked",
    kind=Kind.GAUGE,
    unit="message",
    meaning="Messages that the broker has delivered to this worker and that are not settled.",
)
QUEUED = Metric(
    name="takeoff.queue.depth",
    kind=Kind.GAUGE,
    unit="message",
    tags=(QUEUE,),
    meaning="Messages that wait for a consumer; every worker tells the same: take the maximum, not the sum.",
)
RSS = Metric(name="takeoff.process.rss", kind=Kind.GAUGE, unit="byte", meaning="Memory that the worker has in use.")
PAUSED = Metric(
    name="takeoff.intake.paused",
    kind=Kind.GAUGE,
    tags=(PAUSE_CAUSE,),
    meaning="1 while no messages are taken because of this cause, else 0.",
)
BREAKER = Metric(
    name="takeoff.relay.breaker_open",
    kind=Kind.GAUGE,
    tags=(RELAY,),
    meaning="1 while nothing but probes goes to this relay, else 0.",
)
BROKER_BLOCKED = Metric(
    name="takeoff.broker.blocked",
    kind=Kind.GAUGE,
    meaning="1 since an alarm of the broker (memory, disk), 0 since its end; not sent before the first alarm.",
)
LAG = Metric(
    name="takeoff.loop.lag",
    kind=Kind.GAUGE,
    unit="second",
    meaning="How much longer than asked a sleep of the event loop took.",
)
DROPPED = Metric(
    name="takeoff.events.dropped",
    kind=Kind.GAUGE,
    unit="event",
    tags=(SINK,),
    meaning="Events that a sink failed to take since the start.",
)
CONSUMING = Metric(name="takeoff.consuming", kind=Kind.SERVICE_CHECK, meaning="Messages arrive when there are any.")
BROKER = Metric(name="takeoff.broker", kind=Kind.SERVICE_CHECK, meaning="The broker lets the worker consume.")
LEDGER = Metric(name="takeoff.ledger", kind=Kind.SERVICE_CHECK, meaning="The ledger has not paused the intake.")
RELAY_CHECK = Metric(
    name="takeoff.relay", kind=Kind.SERVICE_CHECK, tags=(RELAY,), meaning="The relay's breaker is closed."
)
BREAKER_OPENED = Metric(
    name="takeoff.relay.breaker_opened",
    kind=Kind.EVENT,
    tags=(RELAY, PHASE, REPLY),
    meaning="Five failures in a row, or one refused login.",
)

METRICS = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
