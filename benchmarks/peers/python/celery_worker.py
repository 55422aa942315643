"""Celery: the task is its function's arguments, as its documentation has it; a process keeps its connection."""

import smtplib
import ssl

import mail
from celery import Celery

app = Celery("mailer", broker=mail.AMQP_ADDR)
app.conf.update(
    task_acks_late=True,  # else a mail is lost with its process
    task_ignore_result=True,
    worker_prefetch_multiplier=1,  # what its documentation asks for beside late acknowledgements
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)
_open: list[smtplib.SMTP] = []


def _connect() -> smtplib.SMTP:
    if not mail.SMTP_CA_FILE:
        return smtplib.SMTP(mail.SMTP_HOST, mail.SMTP_PORT)
    context = ssl.create_default_context(cafile=mail.SMTP_CA_FILE)
    return smtplib.SMTP_SSL(mail.SMTP_HOST, mail.SMTP_PORT, context=context)


@app.task(name="send")
def send(to: str, subject: str, first_name: str) -> None:
    """Send one mail."""
    if not _open:
        _open.append(_connect())
    _open[0].send_message(mail.compose(to, subject, first_name))
