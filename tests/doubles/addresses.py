"""An address parser for tests that are not about addresses."""

from application.ports.address_parser import AddressParser
from domain.email_address import BadAddress, EmailAddress


class SplitAtSign(AddressParser):
    """Takes `local@domain`."""

    def parse(self, text: str) -> EmailAddress | BadAddress:
        local, _, domain = text.partition("@")
        try:
            return EmailAddress(local=local, domain=domain)
        except ValueError:
            return BadAddress("syntax")
