"""Where contestants meet: a private broker, and for each run a sink, a link to it and an empty queue."""

import itertools
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.contestants import Contestant, Place
from benchmarks.debian_tools import Tools
from benchmarks.delay import delayed
from benchmarks.figures import Figures, figures_of
from benchmarks.run import work_off
from benchmarks.sink import Sink
from benchmarks.tls import Certificate, encrypted, make_certificate
from tests.integration.brokers.private_broker import free_ports
from tests.integration.brokers.selection import start_broker

CONNECTIONS = 20


class Grounds:
    """`folder` is on a disk, since a ledger in memory would be synced for nothing."""

    def __init__(self, folder: Path, tools: Tools) -> None:
        self._folder = folder
        self._tools = tools
        self._numbers = itertools.count()
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        self._broker = start_broker()
        self._closing.callback(self._broker.destroy)
        # Nobody reads it: like an agent's, its buffer never makes a sender wait.
        self._statsd = self._closing.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        self._statsd.bind(("127.0.0.1", 0))
        self._certificate: Certificate | None = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def measure(
        self,
        contestant: Contestant,
        total: int,
        *,
        connections: int = CONNECTIONS,
        tls: bool = False,
        delay_s: float = 0,
        waiting: int = 0,
    ) -> Figures:
        """Have `total` tasks worked off, of a queue with so many or, if that is more, `waiting`."""
        with (
            self.sink() as sink,
            self.link_to(sink.port, tls=tls, delay_s=delay_s) as (port, ca_file),
            self.place(port, connections=connections, ca_file=ca_file) as place,
        ):
            contestant.fill(place, max(total, waiting))
            return figures_of(work_off(contestant, place, sink, total), total)

    def sink(self) -> Sink:
        """A sink that has counted nothing yet."""
        return Sink(self._tools, self._folder)

    @contextmanager
    def place(self, smtp_port: int, *, connections: int = CONNECTIONS, ca_file: str = "") -> Iterator[Place]:
        """An empty folder and a virtual host without queues."""
        vhost = f"bench{next(self._numbers)}"
        self._broker.management.add_vhost(vhost)
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            yield Place(
                folder=folder,
                broker_url=self._broker.address.url(vhost),
                smtp_port=smtp_port,
                ca_file=ca_file,
                statsd_port=self._statsd.getsockname()[1],
                http_port=free_ports(1)[0],
                connections=connections,
            )
        finally:
            self._broker.management.delete_vhost(vhost)
            shutil.rmtree(folder)

    @contextmanager
    def link_to(self, port: int, *, tls: bool, delay_s: float) -> Iterator[tuple[int, str]]:
        """The port to connect to, and the file with the certificate to trust; `delay_s` is the round trip's."""
        with ExitStack() as stack:
            ca_file = ""
            if tls:
                self._certificate = self._certificate or make_certificate(self._folder)
                port, ca_file = (
                    stack.enter_context(encrypted(port, self._certificate, self._tools)),
                    self._certificate.ca_file,
                )
            if delay_s:
                port = stack.enter_context(delayed(port, delay_s))
            yield port, ca_file
