"""Connections between mails, and the next relay where one fails."""

import asyncio

import pytest

from adapters.smtp.idle_connections import MAX_AGE_S, MAX_IDLE_S, MAX_MAILS
from adapters.smtp.relay import Relay, TlsMode
from domain.failure_reason import FailureKind
from domain.outcome import Accepted, ConnectionLost, Refused, RelayUnavailable, Unsendable
from tests.contracts.email_transport import Gate, allow, an_email
from tests.doubles.clock import ManualClock
from tests.integration.smtp.conftest import over, plain, settle
from tests.integration.smtp.scripted_server import Action, ScriptedServer, Session, close, cut, say, stall


async def test_mails_one_after_the_other_share_a_connection_that_ends_with_quit(server: ScriptedServer) -> None:
    async with server:
        async with over(plain(server)) as transport:
            for number in range(5):
                assert isinstance(await transport.send(an_email(number), before_dot=allow), Accepted)
        await settle()
    assert server.connections == 1
    assert server.count("QUIT") == 1
    assert len(server.mails) == 5


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
async def test_a_refused_mail_leaves_a_connection_that_is_cleared_before_the_next(
    step: str, server: ScriptedServer
) -> None:
    server.on(step, say("550 5.1.1 no"))
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), Refused)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert server.connections == 1
    assert server.count("RSET") == 1
    assert server.log.index("RSET") < len(server.log) - server.log[::-1].index("DATA") - 1


async def _say_bye_and_close(session: Session) -> None:
    session.writer.write(b"421 4.4.2 idle for too long\r\n")
    await close(session)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("action", [close, cut, _say_bye_and_close])
async def test_an_idle_connection_that_the_relay_ended_costs_nothing(
    action: Action,
    at_once: bool,
    server: ScriptedServer,
) -> None:
    """`at_once`: the end is on its way when the mail comes; else it has arrived."""

    async def accept_then_end(session: Session) -> None:
        session.writer.write(b"250 2.0.0 queued\r\n")
        await session.writer.drain()
        await asyncio.sleep(0)
        await action(session)

    server.on("DOT", accept_then_end)
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), Accepted)
        if not at_once:
            await settle()
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert server.connections == 2


@pytest.mark.parametrize("action", [say("421 4.7.0 enough"), say("451 4.7.0 enough"), cut, close, stall])
async def test_a_reused_connection_that_fails_at_mail_costs_nothing(action: Action, server: ScriptedServer) -> None:
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), Accepted)
        server.on("MAIL", action)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert server.connections == 2
    assert len(server.mails) == 2


@pytest.mark.parametrize(("step", "asked"), [("RCPT", 1), ("DATA", 1), ("DOT", 2)])
async def test_a_421_on_a_reused_connection_costs_nothing_and_the_gate_is_asked_for_each_dot(
    step: str, asked: int, server: ScriptedServer
) -> None:
    gate = Gate()
    async with server, over(plain(server)) as transport:
        await transport.send(an_email(1), before_dot=allow)
        server.on(step, say("421 4.3.2 closing"))
        assert isinstance(await transport.send(an_email(2), before_dot=gate), Accepted)
    assert gate.asked == [plain(server).name] * asked
    assert server.connections == 2
    assert len(server.mails) == 2


async def test_the_free_retry_is_one_and_only_for_reused_connections(server: ScriptedServer) -> None:
    server.on("MAIL", say("421 4.7.0 enough"))
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), RelayUnavailable)
        assert server.connections == 1
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
        server.on("MAIL", say("421 4.7.0 enough"), say("421 4.7.0 enough"))
        assert isinstance(await transport.send(an_email(3), before_dot=allow), RelayUnavailable)
    assert server.connections == 3


async def test_a_reused_connection_that_dies_after_mail_is_the_mails_own_attempt(server: ScriptedServer) -> None:
    async with server, over(plain(server)) as transport:
        await transport.send(an_email(1), before_dot=allow)
        server.on("RCPT", cut)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), ConnectionLost)
    assert server.connections == 1


async def test_a_connection_is_not_used_again_after_a_421(server: ScriptedServer) -> None:
    server.on("RCPT", say("421 4.3.2 closing"))
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), RelayUnavailable)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert server.connections == 2


async def test_a_connection_is_left_after_its_number_of_mails(server: ScriptedServer) -> None:
    async with server, over(plain(server)) as transport:
        for number in range(MAX_MAILS + 1):
            await transport.send(an_email(number), before_dot=allow)
    assert server.connections == 2


@pytest.mark.parametrize(("wait_s", "quits"), [(MAX_IDLE_S - 1, 0), (MAX_IDLE_S, 1)])
async def test_a_connection_that_was_idle_for_too_long_leaves_by_itself(
    wait_s: float, quits: int, server: ScriptedServer, clock: ManualClock
) -> None:
    async with server, over(plain(server), clock=clock) as transport:
        await transport.send(an_email(0), before_dot=allow)
        await clock.advance(wait_s)
        await settle()
        assert server.count("QUIT") == quits
        assert isinstance(await transport.send(an_email(1), before_dot=allow), Accepted)
    assert server.connections == 1 + quits


async def test_an_old_connection_is_left_however_busy(server: ScriptedServer, clock: ManualClock) -> None:
    pause_s = MAX_IDLE_S * 0.9
    async with server, over(plain(server), clock=clock) as transport:
        for _ in range(int(MAX_AGE_S // pause_s)):
            await transport.send(an_email(), before_dot=allow)
            await clock.advance(pause_s)
        assert server.count("QUIT") == 0
        await transport.send(an_email(), before_dot=allow)
        await clock.advance(MAX_AGE_S - clock.monotonic_s())
        await settle()
        assert server.count("QUIT") == 1
    assert server.connections == 1


async def test_idle_connections_leave_each_at_its_time_and_one_sleeper_sees_to_all(
    server: ScriptedServer, clock: ManualClock
) -> None:
    async with server, over(plain(server), clock=clock) as transport:
        await asyncio.gather(*(transport.send(an_email(number), before_dot=allow) for number in range(4)))
        await clock.advance(MAX_IDLE_S / 2)
        await asyncio.gather(*(transport.send(an_email(number), before_dot=allow) for number in range(2)))
        assert len(clock.slept) == 1
        seen = []
        for _ in range(2):
            await clock.advance(MAX_IDLE_S / 2)
            await settle()
            seen.append(server.count("QUIT"))
    assert seen == [2, 4]
    assert server.connections == 4


async def test_no_more_connections_are_kept_than_mails_at_a_time(server: ScriptedServer) -> None:
    async with server, over(plain(server), concurrency=2) as transport:
        await asyncio.gather(*(transport.send(an_email(number), before_dot=allow) for number in range(6)))
        assert server.connections == 6
        await settle()
        assert server.count("QUIT") == 4


async def test_the_connection_used_last_is_used_first(server: ScriptedServer, clock: ManualClock) -> None:
    """The other one is idle for longer and longer, until it leaves."""
    async with server, over(plain(server), clock=clock) as transport:
        await asyncio.gather(
            transport.send(an_email(1), before_dot=allow), transport.send(an_email(2), before_dot=allow)
        )
        for number in range(3, 6):
            await clock.advance(MAX_IDLE_S * 0.4)
            await transport.send(an_email(number), before_dot=allow)
        await settle()
        assert server.count("QUIT") == 1
    assert server.connections == 2


@pytest.mark.parametrize(
    ("extensions", "rcpt_to", "kind"),
    [
        (("SIZE 500",), "anna@example.org", FailureKind.TOO_BIG),
        (("SIZE 1000000", "8BITMIME"), "zoë@example.org", FailureKind.SMTPUTF8_UNSUPPORTED),
    ],
)
async def test_what_a_relay_can_never_take_is_unsendable_before_mail(
    extensions: tuple[str, ...], rcpt_to: str, kind: FailureKind, server: ScriptedServer
) -> None:
    server.extensions = extensions
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(rcpt_to=rcpt_to), before_dot=allow)
    assert isinstance(outcome, Unsendable)
    assert outcome.reason.kind is kind
    assert server.count("MAIL") == 0


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many"])
async def test_a_size_without_a_limit_limits_nothing(size: str, server: ScriptedServer) -> None:
    server.extensions = (size,)
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(an_email(), before_dot=allow), Accepted)


async def test_a_transport_without_a_relay_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one relay"):
        over()


async def test_a_name_with_a_dead_address_reaches_the_living_one(server: ScriptedServer) -> None:
    """`localhost` is often ::1 first, where the server does not listen."""
    async with server, over(Relay(host="localhost", port=server.port, tls=TlsMode.INSECURE_NONE)) as transport:
        assert isinstance(await transport.send(an_email(), before_dot=allow), Accepted)
