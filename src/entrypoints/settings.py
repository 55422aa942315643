"""Settings from the environment, then from `.env` in the working directory.

A variable may have an alias of the original worker's. The environment wins over `.env`. A secret may come as
`<NAME>_FILE`, the path of a file that holds it (docs of Docker secrets); the variable itself wins over its file.
"""

import logging
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import NoDecode

from adapters.logging.configure import LogFormat
from adapters.rabbitmq.topology import QueueType
from adapters.smtp.relay import Pipelining, Relay, TlsMode
from domain.email_job import InDoubtPolicy
from entrypoints.datadog_settings import DatadogSettings
from entrypoints.layered_settings import LayeredSettings
from entrypoints.limit_settings import LimitSettings
from entrypoints.relay_addresses import RelayAddress, parse_relays
from entrypoints.setting_values import (
    HttpAddress,
    Sender,
    existing_directory,
    parse_amqp_url,
    parse_database_url,
    parse_header_name,
    parse_http_address,
    parse_log_level,
    parse_rust_log,
    parse_sender,
    parse_webhook_url,
    readable_certificates,
)

_IMPLICIT_TLS_PORT = 465  # RFC 8314 3.3


def _cap_not_below_base(cap_s: float, info: ValidationInfo) -> float:
    if cap_s < info.data.get("retry_base_s", 0):
        raise ValueError("must not be below RETRY_BASE_S")
    return cap_s


def _sender_or_user(text: object, info: ValidationInfo) -> object:
    if isinstance(text, str):
        return parse_sender(text)
    user: SecretStr | None = info.data.get("smtp_user")
    try:
        return parse_sender(user.get_secret_value() if user else "")
    except ValueError:
        example = "the sender, such as tickets@example.org"
        raise ValueError(f"is required where SMTP_USER is not an address: {example}") from None


def _level_or_rust_log(text: object, info: ValidationInfo) -> object:
    return parse_log_level(text) if isinstance(text, str) else info.data["rust_log"]


def _pair_complete(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if (password is None) != (info.data.get("smtp_user") is None):
        raise ValueError("set SMTP_USER and SMTP_PASS both, or neither")
    return password


class BrokerSettings(LayeredSettings):
    """What a producer needs, too."""

    amqp_addr: Annotated[SecretStr, AfterValidator(parse_amqp_url)] = Field(
        validation_alias=AliasChoices("AMQP_ADDR", "RABBITMQ_URL"),
        description="the broker's URL, such as amqp://user:password@rabbitmq:5672/",
    )
    queue_type: QueueType | None = Field(None, validation_alias=AliasChoices("QUEUE_TYPE"))


class HttpSettings(LayeredSettings):
    """Where the worker answers health checks."""

    http_addr: Annotated[HttpAddress, NoDecode, BeforeValidator(parse_http_address)] = Field(
        HttpAddress(host="127.0.0.1", port=8080), validation_alias=AliasChoices("HTTP_ADDR")
    )


class DatabaseSettings(LayeredSettings):
    """Where the ledger and the hospital's letters are."""

    database_url: Annotated[SecretStr, AfterValidator(parse_database_url)] = Field(
        SecretStr("sqlite:///var/takeoff.db"), validation_alias=AliasChoices("DATABASE_URL")
    )
    lease_s: float = Field(30.0, ge=1, le=3600, validation_alias=AliasChoices("LEASE_S"))
    retention_days: float = Field(30.0, gt=0, le=3650, validation_alias=AliasChoices("RETENTION_DAYS"))


class LogSettings(LayeredSettings):
    """What is logged, and how."""

    # Not an alias of LOG_LEVEL: what a drop-in finds there must not keep it from starting.
    rust_log: Annotated[str, BeforeValidator(parse_rust_log)] = Field("", validation_alias=AliasChoices("RUST_LOG"))
    log_level: Annotated[str, BeforeValidator(_level_or_rust_log)] = Field(
        None,  # type: ignore[assignment]  # the validator makes a level of it, or refuses
        validation_alias=AliasChoices("LOG_LEVEL"),
    )
    log_format: LogFormat = Field(LogFormat.AUTO, validation_alias=AliasChoices("LOG_FORMAT"))

    @property
    def is_verbose(self) -> bool:
        """Whether lines of level debug are wanted."""
        return logging.getLevelNamesMapping()[self.log_level] <= logging.DEBUG


class TemplateSettings(LayeredSettings):
    """Where templates are, beside the shipped ones."""

    templates_dir: Annotated[Path, AfterValidator(existing_directory)] | None = Field(
        None, validation_alias=AliasChoices("TEMPLATES_DIR")
    )


class HospitalSettings(BrokerSettings, DatabaseSettings, LogSettings):
    """What the hospital needs: the queue of failed mails, the store, and a log; and whom it tells when."""

    hospital_webhook_url: Annotated[SecretStr, AfterValidator(parse_webhook_url)] = Field(
        SecretStr(""), validation_alias=AliasChoices("HOSPITAL_WEBHOOK_URL")
    )
    hospital_webhook_secret: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("HOSPITAL_WEBHOOK_SECRET"))
    hospital_inflow_limit: int = Field(100, ge=1, validation_alias=AliasChoices("HOSPITAL_INFLOW_LIMIT"))
    hospital_age_limit_s: float = Field(86_400.0, gt=0, validation_alias=AliasChoices("HOSPITAL_AGE_LIMIT_S"))


class Settings(LimitSettings, HospitalSettings, HttpSettings, TemplateSettings, DatadogSettings):
    """All settings of the worker, validated; secrets do not show in its repr."""

    smtp_user: SecretStr | None = Field(None, validation_alias=AliasChoices("SMTP_USER", "MAIL_USERNAME"))
    smtp_pass: Annotated[SecretStr | None, AfterValidator(_pair_complete)] = Field(
        None, validation_alias=AliasChoices("SMTP_PASS", "MAIL_PASSWORD")
    )
    smtp_relay: Annotated[tuple[RelayAddress, ...], NoDecode, BeforeValidator(parse_relays)] = Field(
        validation_alias=AliasChoices("SMTP_RELAY", "MAIL_HOST"), description="the relay's host name"
    )
    smtp_port: int = Field(_IMPLICIT_TLS_PORT, ge=1, le=65535, validation_alias=AliasChoices("SMTP_PORT", "MAIL_PORT"))
    smtp_tls: TlsMode | None = Field(None, validation_alias=AliasChoices("SMTP_TLS"))
    smtp_ca_file: Annotated[Path, AfterValidator(readable_certificates)] | None = Field(
        None, validation_alias=AliasChoices("SMTP_CA_FILE")
    )
    smtp_pipelining: Pipelining = Field(Pipelining.AUTO, validation_alias=AliasChoices("SMTP_PIPELINING"))
    mail_from: Annotated[Sender, NoDecode, BeforeValidator(_sender_or_user)] = Field(
        None,  # type: ignore[assignment]  # the validator makes a Sender of it, or refuses
        validation_alias=AliasChoices("MAIL_FROM", "MAIL_SENDER"),
    )
    event_name: str = Field("Takeoff", validation_alias=AliasChoices("EVENT_NAME"))
    event_date: str = Field("", validation_alias=AliasChoices("EVENT_DATE"))
    event_venue: str = Field("", validation_alias=AliasChoices("EVENT_VENUE"))
    event_url: str = Field("", pattern="^$|^https://", validation_alias=AliasChoices("EVENT_URL"))
    max_attempts: int = Field(3, ge=1, le=100, validation_alias=AliasChoices("MAX_ATTEMPTS"))
    retry_base_s: float = Field(30.0, gt=0, le=86_400, validation_alias=AliasChoices("RETRY_BASE_S"))
    retry_factor: float = Field(4.0, ge=1, le=100, validation_alias=AliasChoices("RETRY_FACTOR"))
    retry_cap_s: Annotated[float, AfterValidator(_cap_not_below_base)] = Field(
        3600.0, gt=0, le=604_800, validation_alias=AliasChoices("RETRY_CAP_S")
    )
    mail_idempotency_header: Annotated[str, AfterValidator(parse_header_name)] = Field(
        "", validation_alias=AliasChoices("MAIL_IDEMPOTENCY_HEADER")
    )
    in_doubt: InDoubtPolicy = Field(InDoubtPolicy.RESEND, validation_alias=AliasChoices("IN_DOUBT"))
    # Above the 10 minutes that RFC 5321 4.5.3.2.6 grants a relay for its last word.
    stop_timeout_s: float = Field(660.0, ge=0, le=86_400, validation_alias=AliasChoices("STOP_TIMEOUT_S"))

    @property
    def relays(self) -> tuple[Relay, ...]:
        """The relays in their order; what an address leaves open comes from the SMTP_* variables."""
        return tuple(self._relay(address) for address in self.smtp_relay)

    @property
    def relay_names(self) -> tuple[str, ...]:
        """The relays' names, as metrics and log lines have them."""
        return tuple(relay.name for relay in self.relays)

    def _login(self, address: RelayAddress) -> tuple[str | None, str | None]:
        """Both from the entry, or both from the variables: one account's password is no other's."""
        if address.user:
            return address.user, address.password
        if self.smtp_user and self.smtp_pass:
            return self.smtp_user.get_secret_value(), self.smtp_pass.get_secret_value()
        return None, None

    def _relay(self, address: RelayAddress) -> Relay:
        port = address.port or self.smtp_port
        user, password = self._login(address)
        default = TlsMode.IMPLICIT if port == _IMPLICIT_TLS_PORT else TlsMode.STARTTLS
        return Relay(
            host=address.host,
            port=port,
            tls=address.tls or self.smtp_tls or default,
            user=user,
            password=password,
            ca_file=self.smtp_ca_file,
            pipelining=self.smtp_pipelining,
            weight=address.weight,
        )
