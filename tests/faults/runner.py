"""Runs scenarios: side by side where they share the broker, one after the other where they harm it."""

import shutil
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.faults.cluster import Cluster
from tests.faults.judge import Run
from tests.faults.mails import MailFactory
from tests.faults.scenario import Scenario
from tests.faults.stage import Stage
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.selection import start_broker
from tests.integration.database.selection import start_server
from tests.integration.database.server import Server


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one scenario; `folders` keep what the failed ones left behind."""

    scenario: Scenario
    runs: Sequence[Run]
    folders: Sequence[Path]

    @property
    def passed(self) -> bool:
        return not any(run.problems for run in self.runs)


class Runner:
    """`runs` replaces the scenarios' own number; `jobs` run at a time."""

    def __init__(self, *, runs: int | None, jobs: int) -> None:
        self._runs = runs
        self._jobs = jobs
        self._factory = MailFactory()
        self._numbers: Iterator[int] = iter(range(10**6))
        self._lock = threading.Lock()
        self._server: Server | None = None

    def run(self, scenarios: Sequence[Scenario], *, tell: Callable[[Result], None]) -> list[Result]:
        """Run all and tell of each when it is done."""
        if any(scenario.on_postgresql for scenario in scenarios):
            self._server = start_server()
        try:
            return self._run_all(scenarios, tell)
        finally:
            if self._server is not None:
                self._server.destroy()

    def _run_all(self, scenarios: Sequence[Scenario], tell: Callable[[Result], None]) -> list[Result]:
        results = []
        single = [scenario for scenario in scenarios if scenario.nodes == 1]
        if single:
            results += self._run_on(start_broker(), single, tell)
        if len(single) < len(scenarios):
            cluster = Cluster()
            try:
                cluster.start()
            except BaseException:
                cluster.destroy()
                raise
            results += self._run_on(cluster, [each for each in scenarios if each.nodes > 1], tell)
        return results

    def _run_on(self, broker: Broker, scenarios: Sequence[Scenario], tell: Callable[[Result], None]) -> list[Result]:
        results = []
        pool = ThreadPoolExecutor(self._jobs)
        try:
            shared = [scenario for scenario in scenarios if not scenario.alone]
            futures = {
                scenario.name: [pool.submit(self._run_once, broker, scenario) for _ in self._times(scenario)]
                for scenario in shared
            }
            for scenario in shared:
                done = [future.result() for future in as_completed(futures[scenario.name])]
                results.append(_result(scenario, done))
                tell(results[-1])
            for scenario in scenarios:
                if scenario.alone:
                    results.append(_result(scenario, [self._run_once(broker, scenario) for _ in self._times(scenario)]))
                    tell(results[-1])
        finally:
            # After Ctrl-C those that have not begun never do.
            pool.shutdown(cancel_futures=True)
            broker.destroy()
        return results

    def _times(self, scenario: Scenario) -> range:
        return range(self._runs or scenario.runs)

    def _run_once(self, broker: Broker, scenario: Scenario) -> tuple[Run, Path]:
        with self._lock:
            vhost = f"faults{next(self._numbers)}"
        folder = Path(tempfile.mkdtemp(prefix=f"takeoff-{scenario.fault}-"))
        try:
            broker.management.add_vhost(vhost)
            run = self._play(broker, scenario, vhost, folder)
            broker.management.delete_vhost(vhost)
        # A run that cannot be played or judged has failed, and the others go on.
        except Exception as error:  # noqa: BLE001
            (folder / "error.txt").write_text(traceback.format_exc())
            run = _broken(error)
        if not run.problems:
            shutil.rmtree(folder)
        return run, folder

    def _play(self, broker: Broker, scenario: Scenario, vhost: str, folder: Path) -> Run:
        server = self._server if scenario.on_postgresql else None
        if server is not None:
            server.execute(f"CREATE DATABASE {vhost}")
        stage = Stage(
            scenario=scenario, broker=broker, server=server, vhost=vhost, folder=folder, factory=self._factory
        )
        with stage:
            try:
                scenario.play(stage)
            # What happened until then still says most about why.
            except AssertionError as error:
                stage.require(False, f"stopped: {error}")
            return stage.settle()


def _result(scenario: Scenario, done: Sequence[tuple[Run, Path]]) -> Result:
    return Result(scenario, [run for run, _ in done], [folder for run, folder in done if run.problems])


def _broken(error: Exception) -> Run:
    return Run(
        published=0,
        accepted=0,
        hospital=0,
        lost=0,
        duplicates=0,
        in_doubt=0,
        recovery_s=None,
        problems=(f"not judged: {type(error).__name__}: {str(error)[:200]}",),
    )
