"""Alembic's scripts; adapters.database.migration runs them and nothing else imports them."""
