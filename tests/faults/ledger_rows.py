"""The ledger as its tables say, read past the product's own code."""

import sqlalchemy
from sqlalchemy import func, select

from adapters.database.engine import parse
from adapters.database.tables import attempt, mail
from tests.faults.history import LedgerRow

_ROWS = (
    select(mail.c.key, mail.c.state, mail.c.attempts, func.count(attempt.c.token).label("in_doubt"))
    .select_from(mail)
    .outerjoin(attempt, (attempt.c.mail_id == mail.c.id) & (attempt.c.outcome == "InDoubt"))
    .group_by(mail.c.id, mail.c.key, mail.c.state, mail.c.attempts)
)


def read_ledger(url: str) -> list[LedgerRow]:
    """Read every row; none where there are no tables yet."""
    place = parse(url)
    if place.get_backend_name() == "postgresql":
        # A server that was set up without a locale (SQL_ASCII) would give bytes.
        place = place.update_query_dict({"client_encoding": "utf8"})
    engine = sqlalchemy.create_engine(place)
    try:
        with engine.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table(mail.name):
                return []
            return [
                LedgerRow(key=row.key, state=row.state, attempts=row.attempts, in_doubt=row.in_doubt)
                for row in connection.execute(_ROWS)
            ]
    finally:
        engine.dispose()
