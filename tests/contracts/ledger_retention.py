"""What a ledger that lasts forgets, and what it never forgets."""

import pytest
from sqlalchemy import func, select

from adapters.database.operations import PURGE_LIMIT
from adapters.database.tables import attempt, mail
from application.ports.ledger import ANY_FAILURE, Ledger
from domain.next_step import Hospitalise, NextStep, Retry, Wait
from tests.contracts.database_stage import RETENTION_DAYS, DatabaseStage
from tests.contracts.ledger import FINISH, KEY, LEASE_S, REFUSED, RELAY, RETRY, WAIT, a_try, taken

_PURGE_EVERY_S = 3600.0


class RetentionContract:
    """Subclass with a fixture `stage`, a DatabaseStage."""

    @pytest.mark.parametrize("step", [FINISH, REFUSED])
    async def test_a_finished_mail_is_forgotten_after_the_retention_with_its_tries(
        self, stage: DatabaseStage, step: NextStep
    ) -> None:
        ledger = await stage.worker()
        await ledger.conclude(await taken(ledger), step, a_try())
        await stage.age(KEY, RETENTION_DAYS - 1)
        await self.purge(stage, ledger)
        assert self.rows(stage) == (1, 1)
        await stage.age(KEY, 2)
        await self.purge(stage, ledger)
        assert self.rows(stage) == (0, 0)

    @pytest.mark.parametrize("step", [None, RETRY, WAIT])
    async def test_an_unfinished_mail_is_never_forgotten(self, stage: DatabaseStage, step: Retry | Wait | None) -> None:
        ledger = await stage.worker()
        claim = await taken(ledger)
        assert await ledger.mark_dot(claim, relay=RELAY)
        if step:
            await ledger.conclude(claim, step, None)
        await stage.age(KEY, RETENTION_DAYS * 100)
        await self.purge(stage, ledger)
        assert self.rows(stage) == (1, 0)

    async def test_a_revived_mail_is_not_forgotten(self, stage: DatabaseStage) -> None:
        ledger = await stage.worker()
        letter = Hospitalise(reason=REFUSED.reason, attempts=1)
        await ledger.conclude(await taken(ledger), letter, None)
        await stage.age(KEY, RETENTION_DAYS * 2)
        await taken(ledger, revives=ANY_FAILURE)
        await self.purge(stage, ledger)
        assert self.rows(stage) == (1, 0)

    async def test_any_number_is_forgotten_in_batches(self, stage: DatabaseStage) -> None:
        ledger = await stage.worker()
        number = 2 * PURGE_LIMIT + 1
        with stage.engine.begin() as connection:
            row = {column.name: "" for column in mail.c if column.name not in {"id", "reply_code", "deaths"}}
            times = dict.fromkeys(("lease_until_s", "created_at_s", "updated_at_s"), 0.0)
            rows = [
                {**row, **times, "key": str(each), "body_hash": b"", "state": "sent", "attempts": 1}
                for each in range(number)
            ]
            connection.execute(mail.insert(), rows)
        await self.purge(stage, ledger)
        for _ in range(3):
            await ledger.probe()
        assert self.rows(stage) == (0, 0)

    async def purge(self, stage: DatabaseStage, ledger: Ledger) -> None:
        """Let the time of the background purge come, and wait for what it does."""
        await stage.clock.advance(_PURGE_EVERY_S + LEASE_S)
        await ledger.probe()

    def rows(self, stage: DatabaseStage) -> tuple[int, int]:
        """Count mails and tries."""
        with stage.engine.begin() as connection:
            counts = [connection.scalar(select(func.count()).select_from(table)) for table in (mail, attempt)]
        return counts[0] or 0, counts[1] or 0
