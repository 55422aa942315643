"""What the ledger does in a transaction that others share: each method runs on the writer's thread."""

from datetime import datetime

from sqlalchemy import Connection, Double, Table, cast, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.database.prepared import Row
from adapters.database.rows import attempt_values, conclusion, refusal, timeline
from adapters.database.statements import Statements
from application.ports.ledger import Claim, ClaimResult, Timeline
from domain.attempt import Attempt
from domain.next_step import NextStep

# Some milliseconds of deleting or reading, for which all others wait.
PURGE_LIMIT = 500
_SERVER_CLOCK = select(cast(extract("epoch", func.clock_timestamp()), Double))
KEYS_LIMIT = 5000


class Operations:
    """Statements in one transaction, at the time `now`; the methods named as the ledger's do what the port says.

    `connection` and `now_s` are for what shares the transaction with the ledger.
    """

    def __init__(self, *, connection: Connection, statements: Statements, now: datetime) -> None:
        self.connection = connection
        self._cursor = connection.connection.cursor()
        self._sql = statements
        self.now_s = now.timestamp()

    def claim(self, key: str, token: str, body_hash: bytes, *, revives: str) -> ClaimResult:
        parameters = {"the_key": key, "the_token": token, "the_hash": body_hash, "revives": revives, "now": self.now_s}
        row = self._sql.claim.row(self._cursor, **parameters)
        if row is None:
            # It still says what the claim saw: PostgreSQL has locked the row although it did not update it (INSERT,
            # "ON CONFLICT DO UPDATE"), and SQLite has one writer.
            seen = self._sql.look.rows(self._cursor, the_key=key, now=self.now_s)
            return refusal(seen[0], body_hash)
        in_doubt = row["state"] == "dot"
        return Claim(
            key=key,
            token=token,
            attempts=row["attempts"],
            in_doubt=in_doubt,
            was_in_doubt=bool(row["was_in_doubt"]),
            relay=row["relay"] if in_doubt else "",
            deaths=row["deaths"],
        )

    def mark_dot(self, claim: Claim, relay: str) -> bool:
        parameters = {"the_key": claim.key, "the_token": claim.token, "the_relay": relay, "now": self.now_s}
        return self._sql.mark_dot.execute(self._cursor, **parameters) == 1

    def conclude(self, claim: Claim, step: NextStep, attempt: Attempt | None) -> bool:
        row = self._sql.conclude.row(
            self._cursor, the_key=claim.key, the_token=claim.token, now=self.now_s, **conclusion(step)
        )
        if row is None:
            # Concluded before, by this very claim: its token stays until the next one.
            before = self._look(claim.key)
            return before is not None and before["token"] == claim.token
        if attempt is not None:
            values = attempt_values(attempt)
            self._sql.note_attempt.execute(self._cursor, mail_id=row["id"], token=claim.token, **values)
        return True

    def timeline(self, key: str) -> Timeline | None:
        row = self._look(key)
        return timeline(row, self._sql.attempts.rows(self._cursor, the_id=row["id"])) if row else None

    def keys(self, before_id: int) -> list[tuple[int, str]]:
        """List ids and keys below an id, the highest first; some of them."""
        rows = self._sql.keys.rows(self._cursor, before_id=before_id, the_limit=KEYS_LIMIT)
        return [(row["id"], row["key"]) for row in rows]

    def probe(self) -> None:
        self._sql.probe.execute(self._cursor, the_time=self.now_s)

    def prolong(self, keys_by_token: dict[str, str]) -> None:
        """Give these claims a whole lease from now on."""
        parameters = {"the_keys": list(keys_by_token.values()), "the_tokens": list(keys_by_token)}
        self.connection.execute(self._sql.prolong, {**parameters, **self._time()})

    def purge(self) -> bool:
        """Delete some of what is older than the retention; whether there may be more."""
        deleted = self.connection.execute(self._sql.purge, {"the_limit": PURGE_LIMIT, **self._time()})
        return deleted.rowcount == PURGE_LIMIT

    def clock_s(self) -> float:
        """Read the clock that all who share the database agree on, in seconds since 1970."""
        return self.now_s if self._sql.takes_now else float(self.connection.scalar(_SERVER_CLOCK) or 0.0)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Begin an insertion that may say what follows a conflict."""
        return sqlite.insert(table) if self._sql.takes_now else postgresql.insert(table)

    def _look(self, key: str) -> Row | None:
        return self._sql.look.row(self._cursor, the_key=key, now=self.now_s)

    def _time(self) -> dict[str, float]:
        return {"now": self.now_s} if self._sql.takes_now else {}
