"""What a relay can never take: its SIZE against the bytes as they go, its SMTPUTF8 against every address."""

from dataclasses import replace

import pytest

from adapters.smtp.mail_limits import needs_smtputf8, what_is_lacking
from adapters.smtp.mime import compose
from domain.email_address import EmailAddress
from domain.failure_reason import FailureKind
from domain.outgoing_email import OutgoingEmail
from tests.contracts.email_transport import an_email
from tests.doubles.ticket_email import a_ticket

ZOE = EmailAddress(local="zoë", domain="example.org")


@pytest.mark.parametrize("email", [an_email(), a_ticket()])
def test_a_mail_fits_a_limit_of_exactly_its_bytes_with_all_its_parts(email: OutgoingEmail) -> None:
    message = compose(email)
    assert what_is_lacking(email, message, {"size": str(len(message))}) is None
    lack = what_is_lacking(email, message, {"size": str(len(message) - 1)})
    assert lack
    assert lack.kind is FailureKind.TOO_BIG


@pytest.mark.parametrize("field", ["rcpt_to", "mail_from", "reply_to"])
def test_smtputf8_is_needed_for_an_address_in_the_envelope_or_in_a_header(field: str) -> None:
    email = replace(a_ticket(), **{field: ZOE})  # type: ignore[arg-type]
    assert needs_smtputf8(email)
    lack = what_is_lacking(email, b"", {})
    assert lack
    assert lack.kind is FailureKind.SMTPUTF8_UNSUPPORTED
    assert what_is_lacking(email, b"", {"smtputf8": ""}) is None


def test_plain_addresses_need_nothing() -> None:
    assert not needs_smtputf8(a_ticket())
    assert what_is_lacking(an_email(), b"", {}) is None
