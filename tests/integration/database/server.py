"""A PostgreSQL server of the suite's own, whatever it runs in."""

import time
from abc import abstractmethod
from contextlib import closing
from typing import Protocol

import psycopg

from tests.integration.services.selection import Service

USER = "postgres"
PASSWORD = "correct-horse"
_READY_S = 60.0


class Server(Service, Protocol):
    """Listens on loopback, at the same port after a restart."""

    port: int

    @abstractmethod
    def start(self) -> None:
        """Start, also again after `kill`, and wait until it answers. Raises ServiceNotAvailable."""

    @abstractmethod
    def kill(self) -> None:
        """Let all its processes die at once."""

    @abstractmethod
    def freeze(self) -> None:
        """Let all its processes stop where they are, with their sockets open."""

    @abstractmethod
    def thaw(self) -> None:
        """End a freeze."""

    def url(self, database: str = "postgres") -> str:
        """Give the DATABASE_URL of a database on it."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, command: str) -> None:
        """Run a command that must not be in a transaction."""
        with closing(psycopg.connect(self.url(), autocommit=True)) as connection:
            connection.execute(command.encode())

    def wait_until_ready(self) -> None:
        """Wait until it takes connections."""
        end_s = time.monotonic() + _READY_S
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > end_s:
                    raise
                time.sleep(0.1)
            else:
                return
