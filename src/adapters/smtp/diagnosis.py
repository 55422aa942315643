"""What `doctor` says about the relays."""

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence

from adapters.smtp.connection import Connection
from adapters.smtp.opening import Opening
from adapters.smtp.relay import Relay, TlsMode
from adapters.smtp.timeouts import Timeouts
from adapters.smtp.tls import verifying_context
from application.ports.clock import Clock
from application.ports.diagnosis import Diagnosis, Finding, Severity
from domain.outcome import Phase, RelayUnavailable

# The port allows 15 s for everything; a person waits.
_TOTAL_S = 14.0
_QUICK = Timeouts(connect_s=5.0, greeting_s=5.0, ehlo_s=5.0, tls_s=5.0, auth_s=5.0)

_PROBLEMS = {
    "refused": ("nothing listens there", "check host and port (SMTP_RELAY, SMTP_PORT)"),
    "dns": ("the host name has no address", "check the name in SMTP_RELAY and this machine's DNS"),
    "unreachable": ("there is no route to the host", "check the network and the firewall"),
    "timeout": ("no answer in time", "check the port, and whether a firewall or the provider blocks outgoing SMTP"),
    "connection_lost": ("the server hung up", "check that this is a submission server and that it lets us in"),
    "garbled": ("what answers is not an SMTP server", "check host and port"),
    "reply": ("the server turns us away", "ask the relay's provider; its reply says why"),
    "starttls_missing": (
        "the server does not offer STARTTLS, or someone in between removes it",
        "use a port with TLS (465 and SMTP_TLS=implicit); nothing is sent in the clear",
    ),
    "tls_unknown_ca": (
        "the certificate comes from an authority that is not trusted here",
        "if it is a private authority, set SMTP_CA_FILE to its certificate",
    ),
    "tls_expired": ("the certificate has expired", "the relay's owner must renew it; check this machine's clock"),
    "tls_not_yet_valid": ("the certificate is not valid yet", "check this machine's clock"),
    "tls_wrong_name": (
        "the certificate is for another name",
        "set SMTP_RELAY to the name that the certificate carries",
    ),
    "tls_handshake": ("no common TLS", "the server must speak TLS 1.2 or later on this port"),
    "auth_refused": (
        "the login is refused",
        "check SMTP_USER and SMTP_PASS; many providers want an app password or an API key",
    ),
    "auth_missing": (
        "the server offers no login that we know (PLAIN, LOGIN)",
        "use the submission port (465 or 587), or unset SMTP_USER if this relay knows us by our address",
    ),
}
_SPEAKS_PLAIN = (
    "the server does not speak TLS from the first byte",
    "set SMTP_TLS=starttls (usual on port 587), or use the port for implicit TLS (usually 465)",
)
_SPEAKS_TLS = (
    "the server sends no greeting: it seems to wait for TLS",
    "set SMTP_TLS=implicit (usual on port 465), or use the port for STARTTLS (usually 587)",
)


class SmtpDiagnosis(Diagnosis):
    """Connects to each relay as the worker would, logs in, and leaves without a mail."""

    def __init__(self, *, relays: Sequence[Relay], clock: Clock, timeouts: Timeouts = _QUICK) -> None:
        self._relays = relays
        self._clock = clock
        self._timeouts = timeouts

    async def examine(self) -> list[Finding]:
        findings = await asyncio.gather(*map(self._examine, self._relays))
        return [finding for of_relay in findings for finding in of_relay]

    async def _examine(self, relay: Relay) -> list[Finding]:
        try:
            context = verifying_context(relay.ca_file)
        except OSError:
            return [_error(relay, "the file of certificates cannot be read", "set SMTP_CA_FILE to a PEM file")]
        try:
            async with asyncio.timeout(_TOTAL_S):
                opened = await self._open(relay, context)
        except TimeoutError:
            return [_error(relay, *_PROBLEMS["timeout"])]
        if isinstance(opened, RelayUnavailable):
            problem, remedy = _problem(relay, opened)
            said = f" ({opened.reply})" if opened.reply else ""
            return [_error(relay, f"{opened.phase}: {problem}{said}", remedy)]
        findings = _healthy(relay, opened)
        await opened.leave()
        return findings

    async def _open(self, relay: Relay, context: ssl.SSLContext) -> Connection | RelayUnavailable:
        return await Opening(relay=relay, context=context, timeouts=self._timeouts, clock=self._clock).run()


def _problem(relay: Relay, outcome: RelayUnavailable) -> tuple[str, str]:
    implicit = relay.tls is TlsMode.IMPLICIT
    if implicit and outcome.phase is Phase.TLS and outcome.cause in {"tls_handshake", "connection_lost"}:
        return _SPEAKS_PLAIN
    if not implicit and outcome.phase is Phase.GREETING and outcome.cause in {"timeout", "connection_lost", "garbled"}:
        return _SPEAKS_TLS
    return _PROBLEMS[outcome.cause]


def _healthy(relay: Relay, connection: Connection) -> list[Finding]:
    link = connection.stream.tls_version or "no TLS"
    login = "no login" if relay.user is None else "logged in"
    findings = [Finding(severity=Severity.OK, subject=_subject(relay), detail=f"answers: {link}, {login}")]
    # Private and loopback addresses do not leave the host or its own network.
    if relay.tls is TlsMode.INSECURE_NONE and not ipaddress.ip_address(connection.stream.peer_ip).is_private:
        findings.append(
            Finding(
                severity=Severity.WARNING,
                subject=_subject(relay),
                detail="mails and password travel in the clear over a public network",
                remedy="set SMTP_TLS=starttls or implicit",
            )
        )
    return findings


def _error(relay: Relay, detail: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, subject=_subject(relay), detail=detail, remedy=remedy)


def _subject(relay: Relay) -> str:
    return f"relay {relay.name}"
