"""Reads an address as a producer wrote it."""

from abc import abstractmethod
from typing import Protocol

from domain.email_address import BadAddress, EmailAddress


class AddressParser(Protocol):
    """Accepts exactly one bare mailbox: no display name, list, comment, quoting or address literal."""

    @abstractmethod
    def parse(self, text: str) -> EmailAddress | BadAddress:
        """Parse one address; the local part is kept as written, an international domain becomes A-labels."""
