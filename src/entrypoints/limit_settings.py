"""How many mails may leave, and how many at a time."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, ValidationInfo
from pydantic_settings import NoDecode

from domain.rate_limit import RateLimit, RateLimits
from entrypoints.layered_settings import LayeredSettings


def _parse_rate(text: object) -> object:
    if not isinstance(text, str):
        return text
    return tuple(RateLimit.parse(part) for part in text.split(",")) if text.strip() else None


def _not_above_concurrency(at_once: int | None, info: ValidationInfo) -> int | None:
    if at_once is not None and at_once > info.data.get("concurrency", at_once):
        raise ValueError("must not be above CONCURRENCY")
    return at_once


class LimitSettings(LayeredSettings):
    """Without a rate mails leave as fast as relays take them."""

    concurrency: int = Field(20, ge=1, le=2000, validation_alias=AliasChoices("CONCURRENCY"))
    domain_concurrency: Annotated[int | None, AfterValidator(_not_above_concurrency)] = Field(
        None, ge=1, validation_alias=AliasChoices("DOMAIN_CONCURRENCY")
    )
    smtp_rate: Annotated[tuple[RateLimit, ...] | None, NoDecode, BeforeValidator(_parse_rate)] = Field(
        None, validation_alias=AliasChoices("SMTP_RATE")
    )
    smtp_burst: int = Field(0, ge=0, le=1_000_000, validation_alias=AliasChoices("SMTP_BURST"))

    @property
    def rate_limits(self) -> RateLimits:
        """What each relay allows."""
        return RateLimits(limits=self.smtp_rate or (), burst=self.smtp_burst)
