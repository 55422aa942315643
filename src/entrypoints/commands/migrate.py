"""`takeoff-mailer migrate`: brings the database's schema up to date; `worker` does the same at its start."""

import sys

from adapters.database.migration import upgrade
from application.ports.ledger import LedgerUnavailable
from entrypoints import exit_codes
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import DatabaseSettings


def run_migrate() -> int:
    """Return 0 once the schema is current, 69 where the database cannot be reached, 78 for wrong settings."""
    try:
        upgrade(load_settings(DatabaseSettings).database_url.get_secret_value())
    except SettingsInvalid as invalid:
        sys.stderr.write("\n".join(invalid.problems) + "\n")
        return exit_codes.CONFIG_ERROR
    except LedgerUnavailable as down:
        sys.stderr.write(f"database: {down.cause}\n")
        return exit_codes.UNAVAILABLE
    sys.stdout.write("the schema is current\n")
    return exit_codes.OK
