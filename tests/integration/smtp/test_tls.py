"""TLS or nothing: without a verified link no login and no mail leaves this process (F26)."""

import ssl

import pytest

from adapters.smtp.relay import Relay, TlsMode
from domain.outcome import Accepted, Phase, RelayUnavailable
from tests.contracts.email_transport import allow, an_email
from tests.integration.smtp.conftest import Certificates, over
from tests.integration.smtp.scripted_server import Action, ScriptedServer, Session, cut, say, stall

ENCRYPTED = [TlsMode.IMPLICIT, TlsMode.STARTTLS]


def _server(mode: TlsMode, context: ssl.SSLContext) -> ScriptedServer:
    return ScriptedServer(tls=context, implicit=mode is TlsMode.IMPLICIT)


def _relay(server: ScriptedServer, mode: TlsMode, certificates: Certificates) -> Relay:
    return Relay(
        host="127.0.0.1", port=server.port, tls=mode, user="u", password="secret", ca_file=certificates.ca_file
    )


def _nothing_was_said(server: ScriptedServer) -> bool:
    return not (server.count("AUTH") or server.count("MAIL") or server.mails)


async def _agree_and_stall(session: Session) -> None:
    session.writer.write(b"220 go ahead\r\n")
    await stall(session)


async def _agree_and_cut(session: Session) -> None:
    session.writer.write(b"220 go ahead\r\n")
    await session.reader.read(1)
    await cut(session)


async def _agree_and_babble(session: Session) -> None:
    session.writer.write(b"220 go ahead\r\n")
    await session.reader.read(1)
    session.writer.write(b"250 this is not TLS\r\n")
    await stall(session)


@pytest.mark.parametrize("mode", ENCRYPTED)
async def test_a_good_certificate_carries_login_and_mail(mode: TlsMode, certificates: Certificates) -> None:
    async with _server(mode, certificates.good) as server, over(_relay(server, mode, certificates)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, Accepted)
    assert server.count("AUTH") == 1
    assert len(server.mails) == 1


@pytest.mark.parametrize("mode", ENCRYPTED)
@pytest.mark.parametrize(
    ("kind", "cause"),
    [("unknown_ca", "tls_unknown_ca"), ("expired", "tls_expired"), ("wrong_name", "tls_wrong_name")],
)
async def test_a_bad_certificate_is_named_and_nothing_is_said(
    mode: TlsMode, kind: str, cause: str, certificates: Certificates
) -> None:
    async with _server(mode, getattr(certificates, kind)) as server:
        relay = _relay(server, mode, certificates)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.TLS, cause=cause, relay=relay.name)
    assert _nothing_was_said(server)


async def test_the_systems_roots_do_not_know_a_private_authority(certificates: Certificates) -> None:
    async with _server(TlsMode.IMPLICIT, certificates.good) as server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=TlsMode.IMPLICIT)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.TLS, cause="tls_unknown_ca", relay=relay.name)


@pytest.mark.parametrize("mode", ENCRYPTED)
async def test_a_server_that_knows_only_tls_1_1_is_refused(mode: TlsMode, certificates: Certificates) -> None:
    async with _server(mode, certificates.old_tls) as server:
        relay = _relay(server, mode, certificates)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert outcome.phase is Phase.TLS
    assert outcome.cause in {"tls_handshake", "connection_lost"}  # asyncio's server hangs up without an alert
    assert _nothing_was_said(server)


async def test_a_stripped_starttls_is_starttls_missing(certificates: Certificates) -> None:
    async with ScriptedServer() as server:
        relay = _relay(server, TlsMode.STARTTLS, certificates)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.TLS, cause="starttls_missing", relay=relay.name)
    assert _nothing_was_said(server)


async def test_a_plain_server_on_the_port_for_tls_is_tls_handshake(certificates: Certificates) -> None:
    async with ScriptedServer() as server:
        relay = _relay(server, TlsMode.IMPLICIT, certificates)
        async with over(relay) as transport:
            outcome = await transport.send(an_email(), before_dot=allow)
    assert outcome == RelayUnavailable(phase=Phase.TLS, cause="tls_handshake", relay=relay.name)
    assert _nothing_was_said(server)


@pytest.mark.parametrize(
    ("action", "cause"),
    [
        (say("454 4.7.0 no TLS today"), "reply"),
        (say("502 5.5.1 what?"), "reply"),
        (say("hello"), "garbled"),
        (cut, "connection_lost"),
        (stall, "timeout"),
        (_agree_and_stall, "timeout"),
        (_agree_and_cut, "connection_lost"),
        (_agree_and_babble, "tls_handshake"),
    ],
)
async def test_a_failing_starttls_ends_it(action: Action, cause: str, certificates: Certificates) -> None:
    server = _server(TlsMode.STARTTLS, certificates.good).on("STARTTLS", action)
    async with server, over(_relay(server, TlsMode.STARTTLS, certificates)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert (outcome.phase, outcome.cause) == (Phase.TLS, cause)
    assert _nothing_was_said(server)


async def test_replies_injected_before_the_handshake_end_it(certificates: Certificates) -> None:
    """A man in the middle appends to the 220 what would be read as the reply to the next EHLO (CVE-2021-38084)."""
    server = _server(TlsMode.STARTTLS, certificates.good)
    server.on("STARTTLS", say("220 go ahead", "250-evil.example", "250 AUTH PLAIN"))
    async with server, over(_relay(server, TlsMode.STARTTLS, certificates)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert (outcome.phase, outcome.cause) == (Phase.TLS, "garbled")
    assert _nothing_was_said(server)


async def test_what_was_offered_in_the_clear_counts_no_more_after_the_handshake(certificates: Certificates) -> None:
    server = _server(TlsMode.STARTTLS, certificates.good)
    server.auth = ""
    server.on("EHLO", say("250-evil.example", "250-STARTTLS", "250 AUTH PLAIN"))
    async with server, over(_relay(server, TlsMode.STARTTLS, certificates)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert (outcome.phase, outcome.cause) == (Phase.AUTH, "auth_missing")
    assert server.count("EHLO") == 2


async def test_a_ca_file_that_cannot_be_read_shows_on_entering(certificates: Certificates) -> None:
    missing = certificates.ca_file.with_name("missing.pem")
    transport = over(Relay(host="127.0.0.1", port=1, tls=TlsMode.IMPLICIT, ca_file=missing))
    with pytest.raises(OSError, match="No such file"):
        await transport.__aenter__()


def test_the_password_is_not_in_the_relays_repr() -> None:
    relay = Relay(host="h", port=1, tls=TlsMode.IMPLICIT, user="u", password="secret")
    assert "secret" not in repr(relay)
