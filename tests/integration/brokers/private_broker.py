"""A RabbitMQ node of our own: free loopback ports, its own directories, cookie and port mapper."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.integration.brokers.broker import Broker, BrokerAddress, wait_until_ready
from tests.integration.brokers.debian_package import CTL, SERVER, ensure_installed
from tests.integration.brokers.management import Management

_STOP_S = 20.0
_CTL_S = 60.0


class PrivateBroker(Broker):
    """Debian's server run in the foreground as a child of the tests."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="takeoff-rabbitmq-"))
        amqp_port, management_port, self._distribution_port, self._epmd_port = free_ports(4)
        self.address = BrokerAddress(amqp_port=amqp_port, management_port=management_port)
        self.management = Management(management_port)
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        ensure_installed()
        self._write_configuration()
        self._start_port_mapper()
        with (self._home / "console.log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(SERVER)], env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        wait_until_ready(self.management)

    def kill(self) -> None:
        os.kill(self._beam_pid, signal.SIGKILL)
        self._wait_for_end()

    def freeze(self) -> None:
        os.kill(self._beam_pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._beam_pid, signal.SIGCONT)

    def ctl(self, *arguments: str) -> str:
        command = [str(CTL), "--quiet", *arguments]
        done = subprocess.run(
            command, env=self._environment(), check=True, capture_output=True, text=True, timeout=_CTL_S
        )
        return done.stdout

    def destroy(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(_STOP_S)
        shutil.rmtree(self._home, ignore_errors=True)

    def _start_port_mapper(self) -> None:
        if self._epmd is None:
            # Ours and in the foreground: the daemon that erl would start outlives every test run.
            self._epmd = subprocess.Popen(["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"])

    @property
    def _beam_pid(self) -> int:
        return int((self._home / "pid").read_text())

    def _wait_for_end(self) -> None:
        assert self._server is not None
        self._server.wait(_STOP_S)
        # The port mapper forgets the node when its socket closes; a start before that fails with "already running".
        time.sleep(0.3)

    def _write_configuration(self) -> None:
        (self._home / "enabled_plugins").write_text("[rabbitmq_management].")
        (self._home / "rabbitmq.conf").write_text("".join(f"{line}\n" for line in self._configuration()))

    def _configuration(self) -> list[str]:
        return [
            f"listeners.tcp.1 = 127.0.0.1:{self.address.amqp_port}",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self.address.management_port}",
            "disk_free_limit.absolute = 50MB",
        ]

    def _environment(self) -> dict[str, str]:
        home = str(self._home)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": home,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"takeoff{self.address.amqp_port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_PID_FILE": f"{home}/pid",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            # Distribution on loopback only; no busy waiting, since the tests share the processors.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        }


def free_ports(count: int) -> list[int]:
    """Find TCP ports that nothing on loopback listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
