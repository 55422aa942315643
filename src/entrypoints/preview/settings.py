"""The preview's settings: the worker's, of which none is required."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import NoDecode

from entrypoints.relay_addresses import RelayAddress, parse_relays
from entrypoints.setting_values import Sender, parse_amqp_url, parse_sender
from entrypoints.settings import Settings

_SAMPLE_SENDER = "Takeoff <tickets@takeoff.example>"


def _sender_user_or_sample(text: object, info: ValidationInfo) -> object:
    user: SecretStr | None = info.data.get("smtp_user")
    return parse_sender(text if isinstance(text, str) else user.get_secret_value() if user else _SAMPLE_SENDER)


class PreviewSettings(Settings):
    """What the worker reads, so that a mail looks as it will; no broker is needed, a relay for test mails only."""

    amqp_addr: Annotated[SecretStr, AfterValidator(parse_amqp_url)] = Field(
        SecretStr("amqp://nowhere.invalid"), validation_alias=AliasChoices("AMQP_ADDR", "RABBITMQ_URL")
    )
    smtp_relay: Annotated[tuple[RelayAddress, ...], NoDecode, BeforeValidator(parse_relays)] = Field(
        (RelayAddress(host="nowhere.invalid"),),
        validation_alias=AliasChoices("SMTP_RELAY", "MAIL_HOST"),
    )
    mail_from: Annotated[Sender, NoDecode, BeforeValidator(_sender_user_or_sample)] = Field(
        None,  # type: ignore[assignment]  # the validator makes a Sender of it, or refuses
        validation_alias=AliasChoices("MAIL_FROM", "MAIL_SENDER"),
    )

    @property
    def has_relay(self) -> bool:
        """Whether test mails can be sent."""
        return "smtp_relay" in self.model_fields_set
