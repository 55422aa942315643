"""Any order of calls on SQLite."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger_machine import LedgerMachine


class SqliteLedgerMachine(LedgerMachine):
    """A database for each example."""

    template: Path

    def make_stage(self) -> DatabaseStage:
        self._directory = Path(tempfile.mkdtemp(prefix="takeoff-ledger-"))
        shutil.copy(self.template, self._directory)
        self._made = DatabaseStage(f"sqlite:///{self._directory / self.template.name}")
        return self._made

    async def close_stage(self) -> None:
        await self._made.close()
        shutil.rmtree(self._directory)


def test_any_order_of_calls_meets_the_model(template: Path) -> None:
    SqliteLedgerMachine.template = template
    run_state_machine_as_test(SqliteLedgerMachine, settings=settings(max_examples=20, stateful_step_count=40))
