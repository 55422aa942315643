"""The ledger on real PostgreSQL, and the faults of both databases."""
