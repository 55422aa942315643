"""Settings whose text has a form of its own; every parser raises ValueError without repeating the value."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.smtp.tls import verifying_context
from domain.email_address import BadAddress, EmailAddress

_LEVELS = {
    "trace": "DEBUG",
    "debug": "DEBUG",
    "info": "INFO",
    "warn": "WARNING",
    "warning": "WARNING",
    "error": "ERROR",
    "critical": "CRITICAL",
    "off": "CRITICAL",
}
_ORIGINAL = "takeoff_mailer"  # its crate, and so the target of what it would log
_HEADER_NAME = re.compile(r"[!-9;-~]{1,64}")
_OWN_HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "auto-submitted", "cc", "bcc"}
_SENDER = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<(?P<address>[^<>]*)>\s*')


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAddress:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The From of every mail; `display_name` may be empty."""

    address: EmailAddress
    # Not `name`: the container's `provided.mail_from.name` would be dependency-injector's own attribute.
    display_name: str


def parse_amqp_url(url: SecretStr) -> SecretStr:
    """Check the form `amqp[s]://user:password@host:port/vhost`."""
    parts = split_url(url.get_secret_value())
    if parts.scheme not in {"amqp", "amqps"} or not parts.hostname:
        raise ValueError("must look like amqp://user:password@host:5672/vhost (or amqps://)")
    return url


def parse_webhook_url(url: SecretStr) -> SecretStr:
    """Check the form `https://host/path`; http is for what listens on this host or in its network."""
    if url.get_secret_value():
        parts = split_url(url.get_secret_value())
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("must look like https://hooks.example.com/path")
    return url


def parse_database_url(url: SecretStr) -> SecretStr:
    """Check the form `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    text = url.get_secret_value()
    parts = split_url(text)
    is_sqlite = text.startswith("sqlite:///") and text != "sqlite:///"
    if not is_sqlite and not (parts.scheme == "postgresql" and parts.hostname and parts.path.strip("/")):
        raise ValueError("must look like sqlite:///var/takeoff.db or postgresql://user:password@host:5432/name")
    return url


def parse_header_name(name: str) -> str:
    """Check the name of a header that a mail does not have by itself (RFC 5322 2.2: printable ASCII but the colon)."""
    if name and (
        not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS or name.lower().startswith("content-")
    ):
        raise ValueError("must be a header's name, such as Idempotency-Key")
    return name


def parse_sender(text: str) -> Sender:
    """Parse `address` or `Name <address>`."""
    found = _SENDER.fullmatch(text)
    name, address = (found["name"], found["address"]) if found else ("", text)
    parsed = EmailValidatorAddressParser().parse(address.strip())
    if isinstance(parsed, BadAddress) or parsed.needs_smtputf8 or not name.isprintable():
        raise ValueError("must be one address, or Name <address>, in ASCII before the @")
    return Sender(address=parsed, display_name=name.strip())


def parse_http_address(text: object) -> object:
    """Parse `host:port`; brackets around an IPv6 host."""
    if not isinstance(text, str):
        return text
    parts = split_url(f"//{text}")
    if not parts.hostname or parts.port is None or parts.path:
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return HttpAddress(host=parts.hostname, port=parts.port)


def parse_log_level(text: str) -> str:
    """Return the standard name of a level."""
    level = _LEVELS.get(text.strip().lower())
    if level is None:
        raise ValueError("must be one of trace, debug, info, warn, error, off")
    return level


def parse_rust_log(text: str) -> str:
    """Return the level that RUST_LOG gives to the original's crate, INFO where it says nothing of that; raises nothing.

    As env_logger reads it (docs.rs/env_logger, "Enabling logging"): directives `level`, `target` (all of it) and
    `target=level` with commas between, and a filter of texts after a slash; targets are prefixes, the longest counts.
    What is malformed is passed over. It differs in one thing: a worker of which nothing is said is not silenced.
    """
    levels: dict[str, str] = {}
    for directive in filter(None, map(str.strip, text.partition("/")[0].split(","))):
        target, has_level, level = directive.partition("=")
        if not has_level and target.lower() in _LEVELS:
            target, level = "", target
        meaning = _LEVELS.get(level.strip().lower() or "trace")
        if meaning and _ORIGINAL.startswith(target):
            levels[target] = meaning
    return levels[max(levels, key=len)] if levels else "INFO"


def existing_directory(path: Path) -> Path:
    """Return the path of a directory."""
    if not path.is_dir():
        raise ValueError("there is no directory at this path")
    return path


def readable_certificates(path: Path) -> Path:
    """Return the path of a file of certificates."""
    try:
        verifying_context(path)
    except OSError:
        raise ValueError("must be a readable file of certificates (PEM)") from None
    return path


def split_url(url: str) -> SplitResult:
    """Take a URL apart; raises ValueError where its host or port is malformed."""
    try:
        parts = urlsplit(url)
        usable = parts.port != 0
    except ValueError:
        raise ValueError("has a malformed host or port") from None
    if not usable:
        raise ValueError("has a malformed host or port")
    return parts
