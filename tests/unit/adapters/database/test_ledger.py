"""The ledger on SQLite keeps the ledger's contract."""

from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import LedgerContract, taken
from tests.contracts.ledger_retention import RetentionContract


class TestSqliteLedger(LedgerContract):
    """Runs the contract."""


class TestSqliteRetention(RetentionContract):
    """Runs the contract of the background purge."""


async def test_no_two_claims_have_one_token(stage: DatabaseStage) -> None:
    """Not within a worker, not of two workers, and not of one that was entered again."""
    workers = {"first": await stage.worker(), "second": await stage.worker()}
    claims = [
        await taken(ledger, key=f"key-{number}-{name}") for number in range(3) for name, ledger in workers.items()
    ]
    again = stage.unentered()
    for number in range(2):
        async with again:
            claims.append(await taken(again, key=f"again-{number}"))
    tokens = [claim.token for claim in claims]
    assert len(set(tokens)) == len(tokens)
    assert {len(token) for token in tokens} == {32}
