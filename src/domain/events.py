"""All that happens, in one stream that log lines and metrics are made from."""

from domain.mail_events import MailEvent
from domain.worker_events import WorkerEvent

Event = MailEvent | WorkerEvent
