"""Ways to send and a relay that is down, for the tests of the breaker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.smtp.relay import Relay
from adapters.smtp.transport import SmtpEmailTransport
from domain.breaker import THRESHOLD
from domain.outcome import DeliveryOutcome
from tests.contracts.email_transport import allow, an_email
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.conftest import over, plain
from tests.integration.smtp.scripted_server import ScriptedServer, say

NOT_NOW = say("450 4.3.0 not now")
NO = say("550 5.7.1 go away")
WRONG_PASSWORD = say("535 5.7.8 wrong")


def with_login(server: ScriptedServer) -> Relay:
    return replace(plain(server), user="u", password="p")


async def send(transport: SmtpEmailTransport, number: int = 1) -> DeliveryOutcome:
    return await transport.send(an_email(number), before_dot=allow)


async def send_many(transport: SmtpEmailTransport, count: int) -> list[DeliveryOutcome]:
    return await asyncio.gather(*(send(transport, number) for number in range(count)))


@asynccontextmanager
async def down(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> AsyncIterator[SmtpEmailTransport]:
    """Enter the server and a transport whose breaker has just opened over refusals of MAIL."""
    server.on("MAIL", *[NOT_NOW] * THRESHOLD)
    async with server, over(with_login(server), clock=clock, observer=observer) as transport:
        for _ in range(THRESHOLD):
            await send(transport)
        assert not transport.is_available
        server.log.clear()
        server.connections = 0
        yield transport
