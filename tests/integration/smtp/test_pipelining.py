"""MAIL, RCPT and DATA in one write: the table of ADR 15, and no difference from one at a time but the round trips."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest

from adapters.smtp.relay import Pipelining
from adapters.smtp.transport import SmtpEmailTransport
from domain.outcome import (
    Accepted,
    ConnectionLost,
    DeliveryOutcome,
    InDoubt,
    Phase,
    Refused,
    RelayUnavailable,
    Unsendable,
)
from tests.contracts.email_transport import Gate, allow, an_email
from tests.integration.smtp.conftest import over, plain
from tests.integration.smtp.scripted_server import Action, Hangup, ScriptedServer, Session, close, cut, say, stall

NO_USER = say("550 5.1.1 no such user")
NO_DATA = say("554 5.5.1 no valid recipients")
BYE = say("421 4.3.2 closing")
ONE_AT_A_TIME = ("SIZE 1000000", "8BITMIME", "SMTPUTF8")


def all_at_once(replies: bytes) -> Action:
    """Answer MAIL only when DATA is here as well, with replies to the whole group."""

    async def act(session: Session) -> None:
        await session.reader.readuntil(b"DATA\r\n")
        session.say(replies)

    return act


def swallow(received: list[bytes]) -> Action:
    """Say 354, then keep what comes until the client is gone."""

    async def act(session: Session) -> None:
        session.say(b"354 go on\r\n")
        try:
            while data := await session.reader.read(65536):
                received.append(data)
        except ConnectionError:
            pass
        raise Hangup

    return act


class Row(NamedTuple):
    """What a careless relay answers, the outcome with its phase and code, and whether the connection is kept."""

    mail: Action | None
    rcpt: Action | None
    data: Action | None
    kind: type[DeliveryOutcome]
    phase: Phase | None
    code: int | None
    kept: bool


TABLE = {
    "all granted": Row(None, None, None, Accepted, None, 250, kept=True),
    "mail too big": Row(say("552 5.3.4 big"), say("503 no"), NO_DATA, Unsendable, None, None, kept=True),
    "mail too big, then 354": Row(say("552 5.3.4 big"), say("503 no"), None, Unsendable, None, None, kept=False),
    "mail refused": Row(say("550 5.7.1 no"), None, None, RelayUnavailable, Phase.MAIL, 550, kept=False),
    "mail 421": Row(BYE, None, None, RelayUnavailable, Phase.MAIL, 421, kept=False),
    "mail lost": Row(cut, None, None, RelayUnavailable, Phase.MAIL, None, kept=False),
    "rcpt refused": Row(None, NO_USER, NO_DATA, Refused, Phase.RCPT, 550, kept=True),
    "rcpt put off": Row(None, say("451 4.7.1 later"), NO_DATA, Refused, Phase.RCPT, 451, kept=True),
    "rcpt refused, then 354": Row(None, NO_USER, None, Refused, Phase.RCPT, 550, kept=False),
    "rcpt refused, then 421": Row(None, NO_USER, BYE, Refused, Phase.RCPT, 550, kept=False),
    "rcpt refused, then cut": Row(None, NO_USER, cut, Refused, Phase.RCPT, 550, kept=False),
    "rcpt refused, then closed": Row(None, NO_USER, close, Refused, Phase.RCPT, 550, kept=False),
    "rcpt refused, then silence": Row(None, NO_USER, stall, Refused, Phase.RCPT, 550, kept=False),
    "rcpt refused, then garbage": Row(None, NO_USER, say("hello"), Refused, Phase.RCPT, 550, kept=False),
    "rcpt 421": Row(None, BYE, None, RelayUnavailable, Phase.RCPT, 421, kept=False),
    "rcpt lost": Row(None, cut, None, ConnectionLost, Phase.RCPT, None, kept=False),
    "rcpt neither yes nor no": Row(None, say("354 what?"), None, ConnectionLost, Phase.RCPT, None, kept=False),
    "data refused": Row(None, None, say("451 4.3.0 no"), Refused, Phase.DATA, 451, kept=True),
    "data 421": Row(None, None, BYE, RelayUnavailable, Phase.DATA, 421, kept=False),
    "data lost": Row(None, None, cut, ConnectionLost, Phase.DATA, None, kept=False),
    "data with a 250": Row(None, None, say("250 what?"), ConnectionLost, Phase.DATA, None, kept=False),
}


def script(server: ScriptedServer, row: Row) -> None:
    server.careless = True
    for verb, action in (("MAIL", row.mail), ("RCPT", row.rcpt), ("DATA", row.data)):
        if action:
            server.on(verb, action)


def told(outcome: DeliveryOutcome) -> tuple[type[DeliveryOutcome], Phase | None, int | None]:
    reply = getattr(outcome, "reply", None)
    return type(outcome), getattr(outcome, "phase", None), reply and reply.code


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_the_first_reply_that_is_a_no_decides(row: Row, server: ScriptedServer) -> None:
    script(server, row)
    gate = Gate()
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(1), before_dot=gate)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert told(outcome) == (row.kind, row.phase, row.code)
    assert server.connections == (1 if row.kept else 2)
    assert len(gate.asked) == (row.kind is Accepted)
    assert len(server.mails) == server.dots == 1 + (row.kind is Accepted)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_one_command_at_a_time_comes_to_the_same_outcome(row: Row, server: ScriptedServer) -> None:
    script(server, row)
    server.extensions = ONE_AT_A_TIME
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert told(outcome) == (row.kind, row.phase, row.code)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_a_connection_that_was_used_before_comes_to_the_same_outcome(row: Row, server: ScriptedServer) -> None:
    """Except that what is the relay's is tried again, free of charge: then the second answer is told."""
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), Accepted)
        script(server, row)
        outcome = await transport.send(an_email(2), before_dot=allow)
    expected = (Accepted, None, 250) if row.kind is RelayUnavailable else (row.kind, row.phase, row.code)
    assert told(outcome) == expected


@pytest.mark.parametrize("refused", [("MAIL", "552 5.3.4 big"), ("RCPT", "550 5.1.1 no")])
async def test_no_byte_of_content_follows_a_refusal_and_a_354(refused: tuple[str, str], server: ScriptedServer) -> None:
    """Neither the mail nor an empty one, which a lone dot would deliver should the relay's books differ."""
    received: list[bytes] = []
    server.careless = True
    server.on(refused[0], say(refused[1])).on("DATA", swallow(received))
    async with server, over(plain(server)) as transport:
        assert not isinstance(await transport.send(an_email(), before_dot=allow), Accepted | InDoubt)
    assert received == []


async def test_the_commands_of_a_mail_leave_before_any_reply(server: ScriptedServer) -> None:
    server.on("MAIL", all_at_once(b"250 fine\r\n550 5.1.1 no\r\n554 no\r\n"))
    # RSET leads the next group: had it waited for its reply, MAIL would not be there yet.
    server.on("RSET", all_at_once(b"250 fine\r\n250 fine\r\n550 5.1.2 no\r\n554 no\r\n"))
    async with server, over(plain(server)) as transport:
        outcomes = [await transport.send(an_email(number), before_dot=allow) for number in range(2)]
    assert [told(outcome) for outcome in outcomes] == [(Refused, Phase.RCPT, 550)] * 2
    assert server.connections == 1


async def _send_one(transport: SmtpEmailTransport) -> DeliveryOutcome:
    async with transport:
        return await transport.send(an_email(), before_dot=allow)


@pytest.mark.parametrize(
    ("extensions", "setting"), [(ONE_AT_A_TIME, Pipelining.AUTO), (("PIPELINING",), Pipelining.OFF)]
)
async def test_where_it_is_not_offered_or_turned_off_a_command_waits_for_the_reply_before_it(
    extensions: Sequence[str], setting: Pipelining, server: ScriptedServer
) -> None:
    """A server that goes on after its refusal would see the others in the log."""
    server.extensions = tuple(extensions)
    server.on("MAIL", say("550 5.7.1 no"))
    async with server:
        outcome = await _send_one(over(replace(plain(server), pipelining=setting)))
    assert told(outcome) == (RelayUnavailable, Phase.MAIL, 550)
    assert (server.count("MAIL"), server.count("RCPT"), server.count("DATA")) == (1, 0, 0)


@pytest.mark.parametrize(
    "replies",
    [
        b"250 fine\r\n250 fine\r\n250 fine\r\n354 go on\r\n",
        b"250 fine\r\n250 fine\r\n354 go on\r\n250 queued\r\n",
        b"250 fine\r\n354 go on\r\n250 queued\r\n",
    ],
)
async def test_a_reply_too_many_never_counts_as_the_dots(replies: bytes, server: ScriptedServer) -> None:
    server.on("MAIL", all_at_once(replies))
    gate = Gate()
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(), before_dot=gate)
    assert isinstance(outcome, ConnectionLost)
    assert server.dots == 0
