"""The mail that both Python peers send, built with the standard library; the environment says where everything is."""

import os
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

AMQP_ADDR = os.environ["AMQP_ADDR"]
SMTP_HOST = os.environ["SMTP_HOST"]
SMTP_PORT = int(os.environ["SMTP_PORT"])
SMTP_CA_FILE = os.environ.get("SMTP_CA_FILE")
CONNECTIONS = int(os.environ["CONNECTIONS"])
_FOLDER = Path(os.environ["MAIL_DIR"])
_HTML = (_FOLDER / "body.html.j2").read_text()
_TEXT = (_FOLDER / "body.txt.j2").read_text()
_SENDER = Address("Takeoff", "tickets", "takeoff.example")


def compose(to: str, subject: str, first_name: str) -> EmailMessage:
    """Build a mail with both bodies."""
    mail = EmailMessage()
    mail["From"] = _SENDER
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(_TEXT.replace("{{ first_name }}", first_name))
    mail.add_alternative(_HTML.replace("{{ first_name }}", first_name), subtype="html")
    return mail
