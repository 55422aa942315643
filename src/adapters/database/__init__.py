"""Ledger on SQLite or PostgreSQL through SQLAlchemy Core; depends on the application's ports and the domain."""
