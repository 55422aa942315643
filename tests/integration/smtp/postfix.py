"""A Postfix of our own: free loopback port, its own directories, none of the system's; what it takes stays on hold."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.integration.brokers.private_broker import free_ports
from tests.integration.services.debian import install
from tests.integration.services.selection import Service, ServiceNotAvailable, start_service

_USER = "postfix"
_START_S = 60.0
_STOP_S = 20.0
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
# Whom it refuses, and at which command; "HOLD" keeps the others' mails where they can be read.
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
myhostname = relay.example.org
mydestination =
alias_maps =
local_recipient_maps =
maillog_file = /dev/stdout
message_size_limit = 100000
smtpd_delay_reject = no
smtpd_peername_lookup = no
smtpd_sender_restrictions = check_sender_access inline:{{ {{ refused@example.com = 550 5.7.1 not you }} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{
  {{ unknown@example.org = 550 5.1.1 no such user }}, {{ later@example.org = 450 4.2.1 come back }} }},
  check_recipient_access static:HOLD
smtpd_data_restrictions = check_recipient_access inline:{{ {{ data@example.org = 451 4.3.0 no content now }} }}
smtpd_end_of_data_restrictions = check_recipient_access inline:{{ {{ dot@example.org = 554 5.6.0 spam }} }}
"""


def start_postfix() -> "Postfix":
    """Start one, or let the test go without."""
    return start_service("Postfix", "TEST_POSTFIX", {"private": Postfix})


class Postfix(Service):
    """Debian's Postfix run in the foreground as a child of the tests; only root may start it."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self._home = Path(tempfile.mkdtemp(prefix="takeoff-postfix-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; raises ServiceNotAvailable."""
        if not shutil.which("postfix", path="/usr/sbin"):
            install("postfix")
        if os.geteuid() != 0:
            raise ServiceNotAvailable("Postfix can be started by root only")
        self._home.chmod(0o755)
        for folder, owner in (("etc", "root"), ("queue", "root"), ("data", _USER)):
            (self._home / folder).mkdir()
            shutil.chown(self._home / folder, owner)
        (self._home / "etc" / "main.cf").write_text(_MAIN.format(home=self._home))
        (self._home / "etc" / "master.cf").write_text(_MASTER.format(port=self.port))
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command("postfix", "start-fg"), stdout=log, stderr=log)
        self._wait_until_it_listens()

    def destroy(self) -> None:
        """Stop it and forget its mails."""
        if self._process is not None:
            subprocess.run(self._command("postfix", "stop"), check=False, capture_output=True, timeout=_STOP_S)
            self._process.wait(_STOP_S)
        shutil.rmtree(self._home)

    def held(self) -> list[str]:
        """Read the mails that it took, header and body, oldest first."""
        files = sorted((self._home / "queue" / "hold").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [self._run("postcat", "-hb", str(file)) for file in files]

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise ServiceNotAvailable(f"Postfix did not start: {(self._home / 'log').read_text()[-300:]}")

    def _run(self, program: str, *arguments: str) -> str:
        command = self._command(program, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_STOP_S).stdout

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [f"/usr/sbin/{program}", "-c", str(self._home / "etc"), *arguments]
