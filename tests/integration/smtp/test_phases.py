"""Every phase and every way it can go wrong: the outcome's scope is the phase's."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from adapters.smtp.relay import Pipelining, Relay, TlsMode
from domain.failure_reason import FailureKind
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
from tests.integration.smtp.conftest import Certificates, over, plain
from tests.integration.smtp.scripted_server import Action, ScriptedServer, close, cut, drip, say, say_raw, stall

GARBLED = {
    "words": say("hello there"),
    "code_of_six_hundred": say("600 what"),
    "informational_code": say("150 what"),
    "binary": say_raw(b"\x00\xff\xfe\r\n"),
    "endless": say_raw(b"250-" + b"x" * 40_000),
}


class Case(NamedTuple):
    """`step` is a command of the scripted server; the outcome is a type, a phase, and a cause or a code."""

    step: str
    action: Action
    kind: type[DeliveryOutcome]
    phase: Phase | None
    detail: str | int | None


def _relay_scope(step: str, phase: Phase, refused_cause: str = "reply") -> dict[str, Case]:
    return {
        f"{step}-4yz": Case(step, say("450 4.3.0 not now"), RelayUnavailable, phase, refused_cause),
        f"{step}-421": Case(step, say("421 4.3.2 closing"), RelayUnavailable, phase, "reply"),
        f"{step}-5yz": Case(step, say("550 5.7.1 go away"), RelayUnavailable, phase, refused_cause),
        f"{step}-cut": Case(step, cut, RelayUnavailable, phase, "connection_lost"),
        f"{step}-close": Case(step, close, RelayUnavailable, phase, "connection_lost"),
        f"{step}-stall": Case(step, stall, RelayUnavailable, phase, "timeout"),
        f"{step}-half_a_line": Case(step, drip("250 o" * 20, pause_s=0.05), RelayUnavailable, phase, "timeout"),
        **{
            f"{step}-garbled-{name}": Case(step, action, RelayUnavailable, phase, "garbled")
            for name, action in GARBLED.items()
        },
    }


def _mail_scope(step: str, phase: Phase) -> dict[str, Case]:
    return {
        f"{step}-4yz": Case(step, say("451 4.7.1 greylisted"), Refused, phase, 451),
        f"{step}-421": Case(step, say("421 4.3.2 closing"), RelayUnavailable, phase, "closing"),
        f"{step}-5yz": Case(step, say("550-5.1.1 no", "550 5.1.1 such user"), Refused, phase, 550),
    }


def _broken(step: str, phase: Phase, kind: type[DeliveryOutcome]) -> dict[str, Case]:
    told = None if kind is InDoubt else phase
    return {
        f"{step}-cut": Case(step, cut, kind, told, None),
        f"{step}-close": Case(step, close, kind, told, None),
        f"{step}-stall": Case(step, stall, kind, told, None),
        f"{step}-odd_code": Case(step, say("350 and then?"), kind, told, None),
        f"{step}-half_a_line": Case(step, drip("250 o" * 20, pause_s=0.05), kind, told, None),
        **{f"{step}-garbled-{name}": Case(step, action, kind, told, None) for name, action in GARBLED.items()},
    }


CASES = {
    **_relay_scope("CONNECT", Phase.GREETING),
    **_relay_scope("EHLO", Phase.EHLO),
    **_relay_scope("AUTH", Phase.AUTH, "auth_refused"),
    **_relay_scope("MAIL", Phase.MAIL),
    **_mail_scope("RCPT", Phase.RCPT),
    **_broken("RCPT", Phase.RCPT, ConnectionLost),
    **_mail_scope("DATA", Phase.DATA),
    **_broken("DATA", Phase.DATA, ConnectionLost),
    "DATA-accepted_unseen": Case("DATA", say("250 thanks"), ConnectionLost, Phase.DATA, None),
    # One packet, two replies: the second must not be taken for the dot's.
    "DATA-354_and_250": Case("DATA", say("354 go on", "250 queued"), ConnectionLost, Phase.BODY, None),
    "RCPT-two_replies": Case("RCPT", say("250 fine", "250 fine"), ConnectionLost, Phase.DATA, None),
    **_mail_scope("DOT", Phase.DOT),
    **_broken("DOT", Phase.DOT, InDoubt),
    **{f"DOT-{code}": Case("DOT", say(f"{code} whatever"), Accepted, None, code) for code in (200, 250, 251, 252, 299)},
    "DOT-drip_in_time": Case("DOT", drip("250 ok", pause_s=0.01), Accepted, None, 250),
}


@pytest.mark.parametrize("pipelining", list(Pipelining))
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_outcome_follows_from_the_phase(case: Case, pipelining: Pipelining, server: ScriptedServer) -> None:
    server.on(case.step, case.action)
    async with server:
        relay = replace(plain(server), user="u", password="p", pipelining=pipelining)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert type(outcome) is case.kind
    assert getattr(outcome, "phase", None) == case.phase
    detail = getattr(outcome, "cause", None) or getattr(getattr(outcome, "reply", None), "code", None)
    assert detail == case.detail
    assert server.dots == (case.step == "DOT")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("552 message too large", FailureKind.TOO_BIG),
        ("552 5.3.4 message too large", FailureKind.TOO_BIG),
        ("550 5.3.4 message too large", FailureKind.TOO_BIG),
        ("550 5.2.3 message too large", FailureKind.TOO_BIG),
        ("553 5.6.7 no such addresses here", FailureKind.SMTPUTF8_UNSUPPORTED),
        # What passes, or is about us, is the relay's scope whatever it speaks of.
        ("452 4.3.4 no room for that now", None),
        ("450 4.6.7 not now", None),
        ("550 5.7.1 sender unknown", None),
    ],
)
async def test_a_refusal_of_mail_that_speaks_of_the_mail_is_the_mails_own(
    reply: str, kind: FailureKind | None, server: ScriptedServer
) -> None:
    server.on("MAIL", say(reply))
    gate = Gate()
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(), before_dot=gate)
    assert (outcome.reason.kind if isinstance(outcome, Unsendable) else None) == kind
    assert isinstance(outcome, Unsendable | RelayUnavailable)
    assert not gate.asked


async def test_a_port_where_nobody_listens_is_refused(server: ScriptedServer) -> None:
    async with server:
        relay = plain(server)
    async with over(relay) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.CONNECT, cause="refused", relay=relay.name)


@pytest.mark.parametrize("host", ["relay.invalid", "a..b", f"{'x' * 64}.example"])
async def test_a_host_without_an_address_is_dns(host: str) -> None:
    async with over(Relay(host=host, port=25, tls=TlsMode.INSECURE_NONE)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert (outcome.phase, outcome.cause) == (Phase.CONNECT, "dns")


async def test_a_relay_without_a_login_is_auth_missing(server: ScriptedServer) -> None:
    server.auth = "AUTH GSSAPI"
    async with server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=TlsMode.INSECURE_NONE, user="u", password="p")
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert (outcome.phase, outcome.cause) == (Phase.AUTH, "auth_missing")
    assert server.count("MAIL") == 0


async def test_login_is_used_where_plain_is_not_offered(server: ScriptedServer) -> None:
    server.auth = "AUTH LOGIN"
    async with server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=TlsMode.INSECURE_NONE, user="u", password="p")
        async with over(relay) as transport:
            assert isinstance(await transport.send(an_email(), before_dot=allow), Accepted)
    assert server.log[1:3] == ["AUTH LOGIN dQ==", "cA=="]


async def test_a_hostile_reply_is_cut_and_stripped_of_control_characters(server: ScriptedServer) -> None:
    server.on("RCPT", say_raw(b"550-5.1.1 a\x1b[31m\xff\x00b\r\n" * 100 + b"550 " + b"y" * 4000 + b"\r\n"))
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, Refused)
    assert outcome.reply.enhanced_code == "5.1.1"
    assert outcome.reply.text.isprintable()
    assert len(outcome.reply.text.encode()) <= 2048


async def test_a_stalled_tls_handshake_times_out(certificates: Certificates, server: ScriptedServer) -> None:
    """The plain server below says nothing, where a TLS server would answer the hello."""
    server.on("CONNECT", stall)
    async with server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=TlsMode.IMPLICIT, ca_file=certificates.ca_file)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.TLS, cause="timeout", relay=relay.name)


async def test_the_failpoints_are_passed_in_the_order_of_the_dialogue(server: ScriptedServer) -> None:
    passed: list[str] = []

    async def before_dot(relay: str) -> bool:
        passed.append("gate")
        return bool(relay)

    async with server, over(plain(server), reach=passed.append) as transport:
        await transport.send(an_email(html="x" * 60_000), before_dot=before_dot)
    assert passed == ["after_connect", "after_mail", "in_body", "in_body", "gate", "after_dot"]
