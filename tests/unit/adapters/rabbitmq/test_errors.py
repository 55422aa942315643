"""Errors of aio-pika become ours, with a cause that an operator can use."""

import asyncio

import aiormq.exceptions as theirs
import pytest
from pamqp.commands import Basic

from adapters.rabbitmq.errors import (
    BrokerError,
    BrokerTimeout,
    Conflict,
    Forbidden,
    LoginRefused,
    Missing,
    Rejected,
    broker_call,
    translate,
)

VHOST_GONE = "NOT_ALLOWED - vhost nowhere not found"
NO_ACCESS = "NOT_ALLOWED - access to vhost 'other' refused for user 'guest'"
TOO_MANY = "NOT_ALLOWED - access to vhost '/' refused: connection limit (2) is reached"
DOWN = "INTERNAL_ERROR - access to vhost 'x' refused for user 'guest': vhost 'x' is down"
FAILED_INSIDE = "INTERNAL_ERROR: the broker itself failed, its log says why"
SEVERAL = (
    "Multiple exceptions: [Errno 111] Connect call failed ('::1', 1, 0, 0), "
    "[Errno 113] Connect call failed ('10.0.0.1', 1), [Errno 111] Connect call failed ('10.0.0.2', 1)"
)
EXCLUSIVE = "ACCESS_REFUSED - queue 'email_queue' in vhost '/' in exclusive use"


@pytest.mark.parametrize(
    ("error", "kind", "cause"),
    [
        (theirs.ProbableAuthenticationError("ACCESS_REFUSED - Login"), LoginRefused, "ACCESS_REFUSED - Login"),
        (theirs.ConnectionNotAllowed(VHOST_GONE), LoginRefused, VHOST_GONE),
        (theirs.ConnectionClosed(530, NO_ACCESS), LoginRefused, f"530 {NO_ACCESS}"),
        (theirs.ConnectionClosed(530, TOO_MANY), BrokerError, f"530 {TOO_MANY}"),
        (theirs.ConnectionClosed(541, DOWN), BrokerError, f"541 {DOWN}"),
        (theirs.ConnectionInternalError("INTERNAL_ERROR"), BrokerError, FAILED_INSIDE),
        (theirs.ConnectionClosed(320, "CONNECTION_FORCED"), BrokerError, "320 CONNECTION_FORCED"),
        (theirs.ChannelNotFoundEntity("NOT_FOUND - no queue"), Missing, "NOT_FOUND - no queue"),
        (theirs.ChannelPreconditionFailed("PRECONDITION_FAILED"), Conflict, "PRECONDITION_FAILED"),
        (theirs.ChannelAccessRefused("ACCESS_REFUSED - access"), Forbidden, "ACCESS_REFUSED - access"),
        (theirs.ChannelAccessRefused(EXCLUSIVE), BrokerError, EXCLUSIVE),
        (theirs.DeliveryError(None, Basic.Nack()), Rejected, "the queue rejects the message"),
        (theirs.AMQPConnectionError(111, "Connect call failed ('::1', 1)"), BrokerError, "connection refused"),
        (theirs.AMQPConnectionError(111, "Connection refused"), BrokerError, "connection refused"),
        (theirs.AMQPConnectionError(SEVERAL), BrokerError, "connection refused, no route to host"),
        (theirs.AMQPConnectionError(-2, "Name or service not known"), BrokerError, "name or service not known"),
        (ConnectionResetError(104, "Connection reset"), BrokerError, "connection reset"),
        (theirs.ChannelInvalidStateError("<Channel 0x7f> closed"), BrokerError, "connection lost"),
        (theirs.InvalidFrameError(b"frame of a body"), BrokerError, "connection lost"),
        (None, BrokerError, "connection lost"),
    ],
)
async def test_an_error_is_translated(error: Exception | None, kind: type[BrokerError], cause: str) -> None:
    translated = translate(error)
    assert (type(translated), translated.cause) == (kind, cause)


async def test_a_call_without_an_answer_ends_at_its_deadline() -> None:
    with pytest.raises(BrokerTimeout, match="no answer within 0 s"):
        async with broker_call(0):
            await asyncio.Event().wait()


async def test_a_cancellation_that_the_library_makes_up_is_an_error_of_the_broker() -> None:
    """Aiormq fails what waits on a frozen connection with CancelledError."""
    rejected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    rejected.set_exception(asyncio.CancelledError())
    with pytest.raises(BrokerError, match="connection lost"):
        async with broker_call():
            await rejected


async def test_a_cancellation_of_the_caller_stays_one() -> None:
    async def call() -> None:
        async with broker_call():
            await asyncio.Event().wait()

    calling = asyncio.create_task(call())
    await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
