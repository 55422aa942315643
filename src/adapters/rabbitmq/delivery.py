"""A message as RabbitMQ delivered it."""

from dataclasses import dataclass, field
from typing import Self

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from adapters.rabbitmq.headers import MailHeaders
from adapters.rabbitmq.intake import Intake
from application.ports.message_source import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitMqMessage(Message):
    """A delivery, with the channel it came on and what its copies take over."""

    delivery_tag: int
    intake: Intake
    properties: Basic.Properties = field(compare=False, repr=False)

    @classmethod
    def read(cls, delivered: DeliveredMessage, intake: Intake, ours: MailHeaders) -> Self:
        """Take a delivery over; `ours` was read from its headers."""
        properties = delivered.header.properties
        return cls(
            body=delivered.body,
            key=ours.key,
            attempts=ours.attempts,
            message_id=properties.message_id or "",
            redelivered=bool(delivered.redelivered),
            trace=ours.trace,
            revives=ours.revives,
            delivery_tag=delivered.delivery_tag or 0,
            intake=intake,
            properties=properties,
        )
