"""What can go wrong in a call to the broker, translated from aio-pika, and the deadline that every call has.

BrokerError
|-- BrokerTimeout     no answer within the deadline: it may have happened or not
|-- Rejected          a nack: the queue is full, or broken
|-- Missing           404, or no queue took the message: declare it and try again
|-- Conflict          406: it exists and is different
|-- Forbidden         403: this user may not do this
`-- LoginRefused      credentials or vhost: a person must change something
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    DeliveryError,
    ProbableAuthenticationError,
    PublishError,
)
from aiormq.exceptions import ChannelAccessRefused, ChannelClosed, ConnectionClosed, ConnectionInternalError

# No standard sets it: a healthy broker answers in milliseconds, an fsync under load in seconds.
BROKER_CALL_S = 10.0
# 530 also says "connection limit is reached", and 541 "... refused for user ...: vhost is down": both pass.
_NO_SUCH_VHOST = re.compile(r"(?!.*is down)(.*vhost .* not found|.*access to vhost .* refused for user)", re.IGNORECASE)
_IN_USE = "exclusive use"
_INSIDE = "the broker itself failed, its log says why"
# asyncio names the address in its text and uvloop does not; where a name has several addresses, asyncio lists each.
_CONNECT_FAILED = "Connect call failed"
_ERRNO = re.compile(r"\[Errno (\d+)\]")


class BrokerError(Exception):
    """A call failed; `cause` is one line without secrets: the broker's own text, the system's, or a constant."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class BrokerTimeout(BrokerError):
    """The deadline passed."""

    def __init__(self, deadline_s: float) -> None:
        super().__init__(f"no answer within {deadline_s:.0f} s")


class Rejected(BrokerError):
    """The queue is there and does not take the message: it is full, or broken."""


class Missing(BrokerError):
    """The queue or exchange is not there."""


class Conflict(BrokerError):
    """The queue or exchange is there with other arguments."""


class Forbidden(BrokerError):
    """The user lacks a permission on a queue or exchange."""


class LoginRefused(BrokerError):
    """The broker refuses the user, the password or the vhost."""


@asynccontextmanager
async def broker_call(deadline_s: float = BROKER_CALL_S) -> AsyncIterator[None]:
    """Give the calls inside a common deadline; raises BrokerError and nothing of aio-pika."""
    try:
        async with asyncio.timeout(deadline_s), translated():
            yield
    except TimeoutError as error:
        raise BrokerTimeout(deadline_s) from error


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raise BrokerError and nothing of aio-pika, for calls with a deadline of another kind."""
    try:
        yield
    except CONNECTION_EXCEPTIONS as error:
        raise translate(error) from error
    except asyncio.CancelledError as error:
        # aiormq fails what waits on a frozen connection with CancelledError; passed on, it would look as if
        # somebody had cancelled the caller.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise BrokerError("connection lost") from error


def translate(error: BaseException | None) -> BrokerError:
    """Turn an error of aio-pika into ours; None and what has no text of its own is a lost connection."""
    match error:
        case ProbableAuthenticationError():
            return LoginRefused(_text(error))
        case ConnectionClosed() if _NO_SUCH_VHOST.match(_text(error)):
            return LoginRefused(_text(error))
        case PublishError():
            return Missing("no queue takes the message")
        case DeliveryError():
            return Rejected("the queue rejects the message")
        case ChannelNotFoundEntity():
            return Missing(_text(error))
        case ChannelPreconditionFailed():
            return Conflict(_text(error))
        case ChannelAccessRefused() if _IN_USE not in _text(error):
            return Forbidden(_text(error))
        case ChannelClosed() | ConnectionClosed():
            return BrokerError(_text(error))
        case OSError():
            return BrokerError(_system_text(error))
        case _:
            # The texts of the others name objects of the library, not causes.
            return BrokerError("connection lost")


def _system_text(error: OSError) -> str:
    text = error.strerror or _text(error)
    if _CONNECT_FAILED in text:
        numbers = [error.errno] if error.errno else [int(number) for number in _ERRNO.findall(text)]
        text = ", ".join(dict.fromkeys(os.strerror(number).lower() for number in numbers))
    return text[:1].lower() + text[1:]


def _text(error: BaseException) -> str:
    text = " ".join(str(part) for part in error.args if part) or "connection closed"
    # RabbitMQ sends the name of this code and no more.
    return f"{text}: {_INSIDE}" if isinstance(error, ConnectionInternalError) else text
