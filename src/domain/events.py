"""All that happens, in one stream that log lines and metrics are made from."""

from domain.hospital_events import HospitalEvent
from domain.mail_events import MailEvent
from domain.timing_events import TimingEvent
from domain.worker_events import WorkerEvent

Event = MailEvent | WorkerEvent | HospitalEvent | TimingEvent
