"""SMTP_RELAY: one relay or several, each with what its entry says of it."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from adapters.smtp.relay import TlsMode
from entrypoints.setting_values import split_url

_RELAY_SCHEMES = {"smtp": TlsMode.STARTTLS, "smtps": TlsMode.IMPLICIT}
_RELAY_PORTS = {"smtp": 587, "smtps": 465}  # RFC 6409 3.1, RFC 8314 3.3
_WEIGHT = re.compile(r"weight=([0-9]{1,4})")
_MAX_WEIGHT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAddress:
    """One entry of SMTP_RELAY; what is None comes from the SMTP_* variables."""

    host: str
    port: int | None = None
    tls: TlsMode | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    weight: int | None = None


def parse_relays(text: object) -> object:
    """Parse `host`, `host:port` or `smtp[s]://user:password@host:port`, or several of them with commas between.

    Each may end in `?weight=` and a whole number up to 1000, of which one at least is not 0.
    """
    if not isinstance(text, str):
        return text
    relays = tuple(_relay(entry.strip()) for entry in text.split(","))
    if all(relay.weight == 0 for relay in relays):
        raise ValueError("one weight at least must be above 0")
    return relays


def _relay(entry: str) -> RelayAddress:
    with_scheme = "://" in entry
    parts = split_url(entry if with_scheme else f"//{entry}")
    malformed = parts.path.strip("/") or parts.fragment or (not with_scheme and "@" in entry)
    if not parts.hostname or malformed or (with_scheme and parts.scheme not in _RELAY_SCHEMES):
        raise ValueError("must be a host name, or smtp[s]://user:password@host:port, several with commas between")
    weight = _weight(parts.query)
    if not with_scheme:
        return RelayAddress(host=parts.hostname, port=parts.port, weight=weight)
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a login in an smtp[s]:// URL needs both user and password")
    return RelayAddress(
        host=parts.hostname,
        port=parts.port or _RELAY_PORTS[parts.scheme],
        tls=_RELAY_SCHEMES[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        weight=weight,
    )


def _weight(query: str) -> int | None:
    if not query:
        return None
    found = _WEIGHT.fullmatch(query)
    if not found or int(found[1]) > _MAX_WEIGHT:
        raise ValueError(f"takes nothing after ? but weight=0 to weight={_MAX_WEIGHT}")
    return int(found[1])
