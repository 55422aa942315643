"""Both event loops (the worker runs on uvloop), certificates good and bad, and short timeouts."""

import asyncio
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
import uvloop

from adapters.memory.rate_limiter import InMemoryRateLimiter
from adapters.smtp.relay import Relay, TlsMode
from adapters.smtp.timeouts import Timeouts
from adapters.smtp.transport import SmtpEmailTransport
from application.failpoints import Reach, pass_by
from domain.rate_limit import RateLimits
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.scripted_server import ScriptedServer

# Long enough for a handshake on a busy machine, short enough to wait for.
SHORT = Timeouts(
    connect_s=2, greeting_s=0.5, ehlo_s=0.5, tls_s=2, auth_s=0.5,
    mail_s=0.5, rcpt_s=0.5, data_s=0.5, block_s=0.5, dot_s=0.5, quit_s=0.5,
)  # fmt: skip


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@dataclass(frozen=True)
class Certificates:
    """One authority that is trusted (`ca_file`), and servers' contexts by what is wrong with them."""

    ca_file: Path
    good: ssl.SSLContext
    unknown_ca: ssl.SSLContext
    expired: ssl.SSLContext
    wrong_name: ssl.SSLContext
    old_tls: ssl.SSLContext


def _server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _old_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = _server_context(certificate)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 has the old versions at no higher level
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    ca = trustme.CA()
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return Certificates(
        ca_file=ca_file,
        good=_server_context(ca.issue_cert("127.0.0.1")),
        unknown_ca=_server_context(trustme.CA().issue_cert("127.0.0.1")),
        expired=_server_context(
            ca.issue_cert("127.0.0.1", not_before=yesterday - timedelta(days=1), not_after=yesterday)
        ),
        wrong_name=_server_context(ca.issue_cert("other.example")),
        old_tls=_old_context(ca.issue_cert("127.0.0.1")),
    )


@pytest.fixture
def server() -> ScriptedServer:
    """A plain server without a script, to be scripted and entered by the test."""
    return ScriptedServer()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


async def settle() -> None:
    """Let the kernel and the loop bring what the server did."""
    await asyncio.sleep(0.02)


def plain(server: ScriptedServer) -> Relay:
    """Name the server as a relay without TLS and login."""
    return Relay(host="127.0.0.1", port=server.port, tls=TlsMode.INSECURE_NONE)


def over(
    *relays: Relay,
    clock: ManualClock | None = None,
    observer: RecordingObserver | None = None,
    concurrency: int = 4,
    timeouts: Timeouts = SHORT,
    limits: RateLimits = RateLimits(),  # noqa: B008  immutable
    reach: Reach = pass_by,
) -> SmtpEmailTransport:
    """Make a transport with short timeouts."""
    clock = clock or ManualClock()
    return SmtpEmailTransport(
        relays=relays,
        concurrency=concurrency,
        clock=clock,
        observer=observer or RecordingObserver(),
        limiter=InMemoryRateLimiter(limits=limits, clock=clock),
        timeouts=timeouts,
        reach=reach,
    )
