"""The ledger on SQLite keeps the ledger's contract."""

from tests.contracts.ledger import LedgerContract
from tests.contracts.ledger_retention import RetentionContract


class TestSqliteLedger(LedgerContract):
    """Runs the contract."""


class TestSqliteRetention(RetentionContract):
    """Runs the contract of the background purge."""
