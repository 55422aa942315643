"""The schema as this release wants it; `migrations` brings a database there.

Times are seconds since 1970 in double precision: both databases compare and add them alike.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    literal_column,
)

metadata = MetaData()
# SQLite numbers rows by itself only where the type is INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")

# Keys are hashes: every index on them costs a page of its own for every mail. So one has it, and the rest goes by `id`,
# which keeps the rows of the mails of one moment side by side.
# `token` is the claim that wrote the row last; it stays after the conclusion, so that a repeated one is recognised.
mail = Table(
    "mail",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),
    Column("token", String(32), nullable=False),
    Column("lease_until_s", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("relay", String, nullable=False),
    Column("reply_code", Integer),
    Column("reply_text", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("reason_detail", String, nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("updated_at_s", Double, nullable=False),
)
# Written out, not bound: a partial index serves a query only where the planner sees the same constants.
is_open = mail.c.state.in_([literal_column("'sending'"), literal_column("'dot'")])
is_finished = mail.c.state.in_([literal_column("'sent'"), literal_column("'failed'")])
# Only what may be purged: a mail enters it once.
Index("mail_finished", mail.c.updated_at_s, sqlite_where=is_finished, postgresql_where=is_finished)

# A claim has one conclusion, so that its token names a try.
attempt = Table(
    "attempt",
    metadata,
    Column("mail_id", _Id, ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True),
    Column("token", String(32), primary_key=True),
    Column("started_at_s", Double, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("outcome", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("relay", String, nullable=False),
    Column("reply_code", Integer),
    Column("reply_text", String, nullable=False),
    sqlite_with_rowid=False,
)

# One row that Ledger.probe writes: a statement that changes nothing would not reach the disk.
probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at_s", Double, nullable=False),
)
