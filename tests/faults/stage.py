"""Everything one run of a scenario has to itself, and the end that all runs share: drain, stop, reckon."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from adapters.rabbitmq.ladder import RUNGS_MS
from adapters.rabbitmq.topology import QueueType, Topology
from tests.faults import queues
from tests.faults.cluster import Cluster
from tests.faults.fleet import Worker
from tests.faults.history import History, LedgerRow, Letter, Publication, Waiting
from tests.faults.judge import Run, judge
from tests.faults.ledger_rows import read_ledger
from tests.faults.mails import SENDER, Mail, MailFactory
from tests.faults.proxy import FaultProxy
from tests.faults.relay.process import RelayProcess
from tests.faults.scenario import Scenario
from tests.integration.brokers.broker import Broker
from tests.integration.database.server import Server

RUNGS = tuple(Topology().rung_queue(ttl_ms) for ttl_ms in RUNGS_MS)
# After the last mail is in its place, so long for a copy too many to show.
_QUIET_S = 1.0
_POLL_S = 0.1
_STOP_S = 30.0
_LOADS = 4
_MOPS = 2


class Stage:
    """A virtual host, a relay, a ledger and workers; `settle` ends them all and judges."""

    def __init__(
        self,
        *,
        scenario: Scenario,
        broker: Broker,
        server: Server | None,
        vhost: str,
        folder: Path,
        factory: MailFactory,
    ) -> None:
        self.scenario = scenario
        self.broker = broker
        self.server = server
        self.vhost = vhost
        self.folder = folder
        self.url = broker.address.url(vhost)
        self.relay = RelayProcess(folder / "relay")
        self.workers: list[Worker] = []
        self.published: list[Publication] = []
        self.database_url = server.url(vhost) if server else f"sqlite:///{folder}/ledger.db"
        self._factory = factory
        self._letters: list[Letter] = []
        self._ledger: list[LedgerRow] = []
        self._is_finished = False
        self._problems: list[str] = []
        self._healed_at_s: float | None = None
        self._recovered_at_s: float | None = None
        self._resources = ExitStack()
        self._background = ThreadPoolExecutor(_LOADS)

    def __enter__(self) -> Self:
        self._resources.enter_context(self.relay)
        arguments = {}
        if isinstance(self.broker, Cluster):
            # Producers and workers reach whichever node lives.
            self.url = self.through(self.proxy(*(node.address.amqp_port for node in self.broker.nodes)))
            arguments = Topology(queue_type=QueueType.QUORUM).queue_arguments()
        queues.declare(self.url, queues.TASKS, **arguments)
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.__exit__()
        self._background.shutdown(cancel_futures=True)
        self._resources.close()

    # What scenarios do.

    def worker(self, **variables: str) -> Worker:
        """Start a worker more and wait until it consumes; `variables` win over the scenario's."""
        worker = self.starting(**variables)
        worker.wait_until_ready()
        return worker

    def starting(self, **variables: str) -> Worker:
        """Start a worker more, and do not wait."""
        name = f"worker{len(self.workers) + 1}"
        worker = Worker(self.folder / name, **{**self._variables(), **self.scenario.variables, **variables})
        self.workers.append(worker)
        worker.start()
        return worker

    def proxy(self, *ports: int) -> FaultProxy:
        """Open a proxy in front of a port of this host; of several, the first that answers."""
        return self._resources.enter_context(FaultProxy(*ports))

    def through(self, proxy: FaultProxy) -> str:
        """The broker's URL by way of a proxy."""
        return self.url.replace(f":{self.broker.address.amqp_port}/", f":{proxy.port}/")

    def mails(self, count: int, **fields: Any) -> list[Mail]:
        """Make mails that are not published yet."""
        start = len(self.published)
        made = self._factory.make(range(start, start + count), **fields)
        self.published += [mail.publication for mail in made]
        return made

    def publish(self, count: int, *, per_s: float = 0, **fields: Any) -> list[Mail]:
        """Publish mails and wait for the confirms."""
        made = self.mails(count, **fields)
        self.send(made, per_s=per_s)
        return made

    def send(self, mails: Sequence[Mail], *, per_s: float = 0, **properties: Any) -> None:
        """Publish mails (again) and wait for the confirms."""
        queues.publish(self.url, [mail.body for mail in mails], per_s=per_s, **properties)

    def publishing(self, count: int, *, per_s: float, **fields: Any) -> Future[None]:
        """Publish in the background at a rate; its `result()` waits for the last confirm."""
        bodies = [mail.body for mail in self.mails(count, **fields)]
        return self._background.submit(queues.publish, self.url, bodies, per_s=per_s)

    def healed(self) -> None:
        """Note that everything is well again from now on."""
        self._healed_at_s = time.time()

    def recovered(self) -> None:
        """Note that all work again; without it the next mail after the heal says so."""
        self._recovered_at_s = time.time()

    def require(self, holds: bool, problem: str) -> None:
        """Note a problem unless something holds."""
        if not holds:
            self._problems.append(problem)

    def wait_until(self, holds: Callable[[], bool], what: str, *, patience_s: float = 30.0) -> bool:
        """Block until something holds; noted as a problem if it never does."""
        deadline = time.monotonic() + patience_s
        while not holds():
            if time.monotonic() > deadline:
                self._problems.append(f"not within {patience_s:.0f} s: {what}")
                return False
            time.sleep(_POLL_S)
        return True

    def wait_for_mails(self, count: int, *, patience_s: float = 30.0) -> bool:
        """Block until the relay has so many."""
        return self.wait_until(lambda: len(self.relay.accepted()) >= count, f"{count} mails", patience_s=patience_s)

    def depth(self, *names: str) -> int:
        """How many messages are ready in these queues together."""
        return sum(queues.depths(self.url, names).values())

    def attempts(self) -> int:
        """How many attempts were charged to all mails together, as the ledger says."""
        return sum(row.attempts for row in read_ledger(self.database_url))

    def discharge(self) -> None:
        """Take the letters out of the hospital, as an operator does; they count in the end."""
        self._letters += queues.letters(self.url)

    def keep(self, letters: Sequence[Letter]) -> None:
        """Count letters that are in the hospital's store."""
        self._letters += letters

    # The end of every run.

    def finish(self) -> None:
        """Drain, stop the workers with SIGTERM, and read the ledger; a scenario does it itself whose ledger goes."""
        if self._is_finished:
            return
        self._is_finished = True
        self._drain_and_stop()
        for _ in range(_MOPS):
            if self.scenario.expect.drained and self.depth(queues.TASKS, *RUNGS):
                # What a worker had in hand showed in no queue; it has let go of it now.
                self.workers[0].start()
                self._drain_and_stop()
        self._ledger = read_ledger(self.database_url)

    def settle(self) -> Run:
        """Finish and reckon."""
        self.finish()
        self.discharge()
        history = History(
            published=self.published,
            accepted=self.relay.accepted(),
            letters=self._letters,
            waiting=[found for name in (queues.TASKS, *RUNGS) for found in self._take_rest(name)],
            ledger=self._ledger,
            logged_in_doubt=sum((worker.in_doubt() for worker in self.workers), Counter[str]()),
        )
        return judge(
            history,
            self.scenario.expect,
            healed_at_s=self._healed_at_s,
            recovered_at_s=self._recovered_at_s,
            noted=self._problems,
        )

    def _take_rest(self, queue: str) -> list[Waiting]:
        try:
            return queues.waiting(self.url, queue)
        except TimeoutError:
            # A broker that is killed forgets young rungs (retry_rungs): what was in one is lost unless it arrived.
            self.require(self.scenario.alone and queue in RUNGS, f"{queue} does not answer any more")
            return []

    def _drain_and_stop(self) -> None:
        if self.scenario.expect.drained:
            self.wait_until(self.is_drained, "drained", patience_s=self.scenario.patience_s)
        self._wait_for_quiet()
        self._stop_workers()

    def is_drained(self) -> bool:
        """Whether each mail that the broker confirmed arrived or has its letter, and nothing waits."""
        arrived = {mail.message_id for mail in self.relay.accepted()}
        wanted = {publication.message_id for publication in self.published if publication.confirmed}
        missing = len(wanted - arrived)
        if missing > self.depth(queues.HOSPITAL) + len(self._letters):
            return False
        return not self.depth(queues.TASKS, *RUNGS)

    def _wait_for_quiet(self) -> None:
        before, count = -1, len(self.relay.accepted())
        while count != before:
            time.sleep(_QUIET_S)
            before, count = count, len(self.relay.accepted())

    def _stop_workers(self) -> None:
        running = [worker for worker in self.workers if worker.running]
        for worker in running:
            worker.process.terminate()
        for worker in running:
            code = worker.wait_for_end(patience_s=_STOP_S)
            self.require(code == 0, f"exit code {code} after SIGTERM")

    def _variables(self) -> dict[str, str]:
        return {
            "AMQP_ADDR": self.url,
            "SMTP_RELAY": f"127.0.0.1:{self.relay.port}",
            "SMTP_TLS": "insecure-none",
            "MAIL_FROM": SENDER,
            "RETRY_BASE_S": "0.5",
            "RETRY_FACTOR": "1",
            "STOP_TIMEOUT_S": "10",
            "DATABASE_URL": self.database_url,
            "LEASE_S": "3",
        }


def since(started_s: float, times: Sequence[float]) -> list[float]:
    """Seconds after `started_s` (Unix) of each time that is not before it."""
    return [moment - started_s for moment in times if moment >= started_s]
