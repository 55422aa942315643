"""Alembic runs this file; the connection, locked and in a transaction, comes from adapters.database.migration."""

from alembic import context

from adapters.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
