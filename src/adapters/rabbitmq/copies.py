"""Builds the messages that we publish."""

import aio_pika
from aio_pika.abc import HeadersType
from pamqp.commands import Basic


def copy_of(body: bytes, properties: Basic.Properties, headers: HeadersType) -> aio_pika.Message:
    """Copy a message with other headers.

    Not copied: `expiration` (it would end the wait, or the mail), `user_id` (the broker refuses another user's and
    closes the channel), and `message_id`, which is fresh for each publish.
    """
    return aio_pika.Message(
        body,
        headers=headers,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        content_type=properties.content_type,
        content_encoding=properties.content_encoding,
        priority=properties.priority,
        correlation_id=properties.correlation_id,
        reply_to=properties.reply_to,
        timestamp=properties.timestamp,
        type=properties.message_type,
        app_id=properties.app_id,
    )


def task_message(body: bytes) -> aio_pika.Message:
    """Make a new task, as a careful producer would."""
    return aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, content_type="application/x-protobuf")
