"""Addresses through email-validator: its grammar and IDNA 2008, no DNS."""

import unicodedata

import email_validator

from application.ports.address_parser import AddressParser
from domain.email_address import BadAddress, EmailAddress

# RFC 5321 4.5.3.1.3, in octets; no spelling of an address has more characters than its form with A-labels has octets.
_MAX_CHARACTERS = 254


class EmailValidatorAddressParser(AddressParser):
    """Keeps the local part as written; gives the domain as A-labels in lower case, after the mapping of UTS #46.

    Whether a domain can be reached is the relay's to say: special-use names (`.test`, `.local`) are accepted.
    """

    def __init__(self) -> None:
        # The library's own way to set this, for the whole process.
        email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

    def parse(self, text: str) -> EmailAddress | BadAddress:
        if len(text) > _MAX_CHARACTERS:
            return BadAddress("too_long")
        local, _, domain = text.rpartition("@")
        if not local or "@" in local:
            return BadAddress("not_one_mailbox")
        # What normalising changes is one mailbox to some servers and two to others: not ours to choose (UTS #39 3.3).
        # It also stops characters that look like the `@`, `<` and `,` of the grammar.
        if not unicodedata.is_normalized("NFKC", local):
            return BadAddress("local_part_not_normalized")
        try:
            # `local` is taken as written: the library turns `Info` and its like into lower case.
            return EmailAddress(local=local, domain=_validate(local, domain))
        except ValueError:
            return BadAddress("domain" if _is_valid(local, "example.org") else "local_part")


def _validate(local: str, domain: str) -> str:
    """Return the domain in ASCII; raises ValueError, with a part of the address in its message."""
    return email_validator.validate_email(f"{local}@{domain}", check_deliverability=False).ascii_domain


def _is_valid(local: str, domain: str) -> bool:
    try:
        EmailAddress(local=local, domain=_validate(local, domain))
    except ValueError:
        return False
    return True
