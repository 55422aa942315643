"""The ledger on SQLite: no service, files in the test's own directory."""
