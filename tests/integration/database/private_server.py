"""A PostgreSQL server of our own: free loopback port, its own directory, none of the system's clusters."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.integration.brokers.private_broker import free_ports
from tests.integration.database.debian_package import installed_programs
from tests.integration.database.server import PASSWORD, USER, Server

_STOP_S = 20.0
_INIT_S = 60.0


class PrivateServer(Server):
    """Debian's server run in the foreground as a child of the tests, as user postgres where they are root."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self._home = Path(tempfile.mkdtemp(prefix="takeoff-postgresql-"))
        # The server refuses to run as root.
        self._as_user: dict[str, Any] = {"user": USER, "extra_groups": []} if os.geteuid() == 0 else {}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        programs = installed_programs()
        data = self._home / "data"
        if not data.exists():
            self._initialise(programs, data)
        command = [
            *(str(programs / "postgres"), "-D", str(data), "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._home}"),
        ]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._as_user)
        self.wait_until_ready()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        assert self._server is not None
        self._server.wait(_STOP_S)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def destroy(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _initialise(self, programs: Path, data: Path) -> None:
        password_file = self._home / "password"
        password_file.write_text(PASSWORD)
        if self._as_user:
            shutil.chown(self._home, USER)
            shutil.chown(password_file, USER)
        command = [
            *(str(programs / "initdb"), "-D", str(data), "-U", USER, "--locale", "C.UTF-8"),
            *("-A", "scram-sha-256", "--pwfile", str(password_file)),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=_INIT_S, **self._as_user)

    def _signal(self, number: signal.Signals) -> None:
        assert self._server is not None
        # Each has a session of its own. The first of them first: it would start others in their place.
        server = self._server.pid
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in [server, *map(int, children)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
