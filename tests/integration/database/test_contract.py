"""The ledger on PostgreSQL keeps the ledger's contracts."""

from tests.contracts.database_schema import SchemaContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.ledger_retention import RetentionContract


class TestPostgresqlLedger(LedgerContract):
    """Runs the contract."""


class TestPostgresqlRetention(RetentionContract):
    """Runs the contract of the background purge."""


class TestPostgresqlSchema(SchemaContract):
    """Runs the contract of the migrations."""
