"""A relay as the settings name it: where it is, how its link is secured, and who we are to it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class TlsMode(StrEnum):
    """How the link becomes encrypted and verified."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    INSECURE_NONE = "insecure-none"


class Pipelining(StrEnum):
    """Whether the commands of a mail may leave together."""

    AUTO = "auto"  # where the relay offers it
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One submission server; `ca_file` (PEM) replaces the system's roots, `user` None means no login.

    `weight` is its part of the mails (`adapters/smtp/rotation.py`).
    """

    host: str
    port: int
    tls: TlsMode
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    pipelining: Pipelining = Pipelining.AUTO
    weight: int | None = None

    @property
    def name(self) -> str:
        """Host and port, as outcomes, log lines and the hospital name it."""
        return f"{self.host}:{self.port}"
