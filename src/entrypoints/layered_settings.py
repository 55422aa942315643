"""Where settings come from: the environment, then `.env`, each with the files that hold secrets."""

import os

from dotenv import dotenv_values
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from entrypoints.secret_files import SecretFiles

ENV_FILE = ".env"
SECRETS = (
    "AMQP_ADDR",
    "RABBITMQ_URL",
    "DATABASE_URL",
    "HOSPITAL_WEBHOOK_URL",
    "HOSPITAL_WEBHOOK_SECRET",
    "SMTP_RELAY",
    "MAIL_HOST",
    "SMTP_USER",
    "MAIL_USERNAME",
    "SMTP_PASS",
    "MAIL_PASSWORD",
    "DD_API_KEY",
    "DD_APP_KEY",
)


class LayeredSettings(BaseSettings):
    """What every class of settings is made of; a subclass says which there are."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        frozen=True,
        validate_default=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        environment = SecretFiles(settings_cls, os.environ, SECRETS)
        dotenv = SecretFiles(settings_cls, dotenv_values(ENV_FILE), SECRETS)
        return init_settings, env_settings, environment, dotenv_settings, dotenv
