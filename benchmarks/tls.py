"""TLS in front of the sink, by Debian's stunnel: it costs the contestants nothing, and each of them the same."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from benchmarks.debian_tools import Tools
from benchmarks.listening import wait_for_port
from tests.integration.brokers.private_broker import free_ports


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: key and chain of 127.0.0.1, and the authority that a client has to trust."""

    pem_file: str
    ca_file: str


def make_certificate(folder: Path) -> Certificate:
    """Write a certificate and its authority."""
    authority = trustme.CA()
    certificate = Certificate(str(folder / "relay.pem"), str(folder / "ca.pem"))
    authority.cert_pem.write_to_path(certificate.ca_file)
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate.pem_file)
    return certificate


@contextmanager
def encrypted(port: int, certificate: Certificate, tools: Tools) -> Iterator[int]:
    """A port that takes TLS and leads to `port`."""
    (listen_port,) = free_ports(1)
    configuration = Path(certificate.pem_file).with_name(f"stunnel.{listen_port}")
    configuration.write_text(
        f"foreground = yes\npid =\nsyslog = no\ndebug = crit\n[smtps]\naccept = 127.0.0.1:{listen_port}\n"
        f"connect = 127.0.0.1:{port}\ncert = {certificate.pem_file}\n"
    )
    process = subprocess.Popen([tools.path("stunnel4"), str(configuration)], env=tools.environment)
    try:
        wait_for_port(listen_port)
        yield listen_port
    finally:
        process.kill()
        process.wait()
        configuration.unlink()
