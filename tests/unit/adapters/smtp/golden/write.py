"""Writes the golden mails anew: `python -m tests.unit.adapters.smtp.golden.write` in the project's root."""

from pathlib import Path

from adapters.smtp.mime import compose
from tests.contracts.email_transport import an_email
from tests.doubles.ticket_email import a_ticket

if __name__ == "__main__":
    for name, email in (("plain.eml", an_email()), ("ticket.eml", a_ticket())):
        (Path(__file__).parent / name).write_bytes(compose(email))
