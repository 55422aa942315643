"""The demo's settings: fixed, so that no `.env` of the reader's can send its mails anywhere."""

from typing import Self

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from entrypoints.settings import Settings


class DemoSettings(Settings):
    """Settings that neither the environment nor `.env` can change."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @classmethod
    def on_port(cls, port: int, *, max_attempts: int) -> Self:
        """Settings for an inbox on this loopback port, with short waits between attempts."""
        return cls.model_validate(
            {
                "AMQP_ADDR": "amqp://nowhere.invalid",
                "SMTP_RELAY": f"127.0.0.1:{port}",
                "SMTP_TLS": "insecure-none",
                "MAIL_FROM": "Takeoff <tickets@takeoff.example>",
                "MAX_ATTEMPTS": max_attempts,
                "RETRY_BASE_S": 1,
                "RETRY_FACTOR": 2,
            }
        )
