"""Each problem of a relay has its name and its remedy."""

import ssl

import pytest

from adapters.clock.system_clock import SystemClock
from adapters.smtp.diagnosis import SmtpDiagnosis
from adapters.smtp.relay import Relay, TlsMode
from application.ports.diagnosis import Finding, Severity
from tests.integration.smtp.conftest import SHORT, Certificates, plain
from tests.integration.smtp.scripted_server import Action, ScriptedServer, cut, say, stall


async def _findings(*relays: Relay) -> list[Finding]:
    return await SmtpDiagnosis(relays=relays, clock=SystemClock(), timeouts=SHORT).examine()


def _server(mode: TlsMode, context: ssl.SSLContext) -> ScriptedServer:
    return ScriptedServer(tls=context, implicit=mode is TlsMode.IMPLICIT)


def _relay(server: ScriptedServer, mode: TlsMode, certificates: Certificates) -> Relay:
    return Relay(
        host="127.0.0.1", port=server.port, tls=mode, user="u", password="secret", ca_file=certificates.ca_file
    )


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_a_healthy_relay_is_ok_and_gets_no_mail(mode: TlsMode, certificates: Certificates) -> None:
    async with _server(mode, certificates.good) as server:
        findings = await _findings(_relay(server, mode, certificates))
    assert [finding.severity for finding in findings] == [Severity.OK]
    assert "logged in" in findings[0].detail
    assert ("TLSv1.3" in findings[0].detail) is (mode is not TlsMode.INSECURE_NONE)
    assert server.count("QUIT") == 1
    assert server.count("MAIL") == 0


@pytest.mark.parametrize(
    ("kind", "detail", "remedy"),
    [
        ("unknown_ca", "not trusted", "SMTP_CA_FILE"),
        ("expired", "expired", "renew"),
        ("wrong_name", "another name", "SMTP_RELAY"),
    ],
)
async def test_a_bad_certificate_is_named(kind: str, detail: str, remedy: str, certificates: Certificates) -> None:
    async with _server(TlsMode.IMPLICIT, getattr(certificates, kind)) as server:
        findings = await _findings(_relay(server, TlsMode.IMPLICIT, certificates))
    assert [finding.severity for finding in findings] == [Severity.ERROR]
    assert detail in findings[0].detail
    assert remedy in findings[0].remedy


async def test_a_plain_server_on_465_is_told_to_use_starttls(certificates: Certificates) -> None:
    async with ScriptedServer() as server:
        findings = await _findings(_relay(server, TlsMode.IMPLICIT, certificates))
    assert "SMTP_TLS=starttls" in findings[0].remedy


async def test_starttls_on_a_port_for_implicit_tls_is_told_so(certificates: Certificates) -> None:
    async with _server(TlsMode.IMPLICIT, certificates.good) as server:
        findings = await _findings(_relay(server, TlsMode.STARTTLS, certificates))
    assert "SMTP_TLS=implicit" in findings[0].remedy


@pytest.mark.parametrize(
    ("step", "action", "detail", "remedy"),
    [
        ("AUTH", say("535 5.7.8 bad credentials"), "535 5.7.8 bad credentials", "SMTP_PASS"),
        ("EHLO", say("550 5.7.1 blocked"), "550 5.7.1 blocked", "provider"),
        ("EHLO", say("250 no extensions"), "no login", "587"),
        ("EHLO", stall, "no answer in time", "firewall"),
        ("EHLO", cut, "hung up", "submission server"),
        ("CONNECT", say("SSH-2.0-OpenSSH_9.6"), "greeting", "SMTP_TLS"),
    ],
)
async def test_each_step_names_its_problem_and_remedy(
    step: str, action: Action, detail: str, remedy: str, certificates: Certificates
) -> None:
    async with ScriptedServer().on(step, action) as server:
        findings = await _findings(_relay(server, TlsMode.INSECURE_NONE, certificates))
    assert [finding.severity for finding in findings] == [Severity.ERROR]
    assert detail in findings[0].detail
    assert remedy in findings[0].remedy


async def test_each_relay_has_its_own_finding_and_no_finding_holds_the_password(certificates: Certificates) -> None:
    async with ScriptedServer() as server:
        alive = plain(server)
        dead = Relay(host="127.0.0.1", port=1, tls=TlsMode.IMPLICIT, user="u", password="secret")
        nowhere = Relay(host="relay.invalid", port=465, tls=TlsMode.IMPLICIT)
        unreadable = Relay(
            host="127.0.0.1", port=1, tls=TlsMode.IMPLICIT, ca_file=certificates.ca_file.with_name("none.pem")
        )
        findings = await _findings(alive, dead, nowhere, unreadable)
    assert [finding.severity for finding in findings] == [Severity.OK, *[Severity.ERROR] * 3]
    assert [finding.subject for finding in findings] == [
        f"relay {relay.name}" for relay in (alive, dead, nowhere, unreadable)
    ]
    assert all(finding.remedy for finding in findings[1:])
    assert "secret" not in str(findings)
