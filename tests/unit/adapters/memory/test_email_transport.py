"""The transport in memory, under the contract of the port."""

from collections.abc import Sequence

import pytest

from adapters.memory.email_transport import InMemoryEmailTransport
from domain.outcome import Accepted, ConnectionLost, DeliveryOutcome, InDoubt, Phase, Refused, RelayUnavailable
from domain.reply import Reply
from tests.contracts.email_transport import MAIL_FROM, Delivery, EmailTransportContract, Fate, Stage, allow, an_email

RELAY = "memory:0"
REFUSED_BOX = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 no such user"), relay=RELAY)
ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 ok"), relay=RELAY)
OUTCOMES: dict[Fate, DeliveryOutcome] = {
    Fate.ACCEPT: ACCEPTED,
    Fate.REFUSE_RECIPIENT: REFUSED_BOX,
    Fate.REFUSE_FOR_NOW: Refused(phase=Phase.RCPT, reply=Reply(code=451, text="4.7.1 later"), relay=RELAY),
    Fate.BREAK_BEFORE_THE_DOT: ConnectionLost(phase=Phase.DATA, relay=RELAY),
    Fate.REFUSE_AT_THE_DOT: Refused(phase=Phase.DOT, reply=Reply(code=554, text="5.6.0 spam"), relay=RELAY),
    Fate.BREAK_AFTER_THE_DOT: InDoubt(relay=RELAY),
    Fate.TURN_US_AWAY: RelayUnavailable(phase=Phase.MAIL, cause="reply", relay=RELAY),
}


class InMemoryStage(Stage):
    def __init__(self, fates: Sequence[Fate]) -> None:
        self.memory = InMemoryEmailTransport(outcomes=[OUTCOMES[fate] for fate in fates])
        self.transport = self.memory

    def deliveries(self) -> Sequence[Delivery]:
        return [Delivery(str(email.mail_from), str(email.rcpt_to), email.message_id) for email in self.memory.delivered]


class TestInMemoryEmailTransport(EmailTransportContract):
    @pytest.fixture
    def stage(self, fates: Sequence[Fate]) -> Stage:
        return InMemoryStage(fates)


async def test_outcomes_come_in_the_order_of_the_script_and_then_mails_are_accepted() -> None:
    transport = InMemoryEmailTransport(outcomes=[REFUSED_BOX, ACCEPTED])
    async with transport:
        outcomes = [await transport.send(an_email(number), before_dot=allow) for number in range(3)]
    assert outcomes[:2] == [REFUSED_BOX, ACCEPTED]
    assert isinstance(outcomes[2], Accepted)


async def test_every_mail_it_was_handed_is_kept_and_those_that_were_accepted_are_told_apart() -> None:
    transport = InMemoryEmailTransport(outcomes=[REFUSED_BOX])
    await transport.send(an_email(1), before_dot=allow)
    await transport.send(an_email(2), before_dot=allow)
    assert transport.sent == [an_email(1), an_email(2)]
    assert transport.delivered == [an_email(2)]


async def test_what_is_set_to_be_unavailable_answers_so_and_keeps_its_outcomes_for_later() -> None:
    transport = InMemoryEmailTransport(outcomes=[REFUSED_BOX])
    transport.is_available = False
    assert isinstance(await transport.send(an_email(1), before_dot=allow), RelayUnavailable)
    assert not await transport.probe(MAIL_FROM)
    transport.is_available = True
    assert await transport.send(an_email(2), before_dot=allow) == REFUSED_BOX
