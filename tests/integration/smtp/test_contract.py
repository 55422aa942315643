"""The SMTP transport under the contract of the port, over a real socket."""

import re
from collections.abc import AsyncIterator, Sequence

import pytest_asyncio

from tests.contracts.email_transport import Delivery, EmailTransportContract, Fate, Stage
from tests.integration.smtp.conftest import over, plain
from tests.integration.smtp.scripted_server import Action, ScriptedServer, cut, say

SCRIPTS: dict[Fate, tuple[str, Action]] = {
    Fate.REFUSE_RECIPIENT: ("RCPT", say("550 5.1.1 no such user")),
    Fate.REFUSE_FOR_NOW: ("RCPT", say("451 4.7.1 come back later")),
    Fate.BREAK_BEFORE_THE_DOT: ("DATA", cut),
    Fate.REFUSE_AT_THE_DOT: ("DOT", say("554 5.6.0 spam")),
    Fate.BREAK_AFTER_THE_DOT: ("DOT", cut),
    Fate.TURN_US_AWAY: ("MAIL", say("550 5.7.1 sender unknown")),
}


class SmtpStage(Stage):
    def __init__(self, server: ScriptedServer, fates: Sequence[Fate]) -> None:
        for fate in fates:
            command, action = SCRIPTS[fate]
            server.on(command, action)
        self.server = server
        self.transport = over(plain(server))

    def deliveries(self) -> Sequence[Delivery]:
        return [
            Delivery(mail.mail_from, mail.rcpt_to, re.findall(rb"Message-ID: <(.*)>", mail.message)[0].decode())
            for mail in self.server.mails
        ]


class TestSmtpEmailTransport(EmailTransportContract):
    @pytest_asyncio.fixture
    async def stage(self, server: ScriptedServer, fates: Sequence[Fate]) -> AsyncIterator[Stage]:
        async with server:
            stage = SmtpStage(server, fates)
            async with stage.transport:
                yield stage
