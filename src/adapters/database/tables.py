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

# What letters of the hospital have in common.
cause = Table(
    "cause",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("reason", String, nullable=False),
    Column("reason_detail", String, nullable=False),
    Column("reply_code", Integer),
    Column("enhanced_code", String, nullable=False),
    Column("text", String, nullable=False),
    Column("category", String, nullable=False),
)

# Every index serves the letters of one status, which is what operators look through. Bodies stand last: a look at the
# other columns need not read them. `left_at_s` says since when a letter is not WAITING any more,
# `replay_id` which replay took it last.
letter = Table(
    "letter",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("key", String(128), nullable=False, index=True),
    Column("status", String(9), nullable=False),
    Column("cause_id", String(12), ForeignKey("cause.id"), nullable=False),
    Column("reason", String, nullable=False),
    Column("reason_detail", String, nullable=False),
    Column("reply_code", Integer),
    Column("reply_text", String, nullable=False),
    Column("relay", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failed_at_s", Double, nullable=False),
    Column("admitted_at_s", Double, nullable=False),
    Column("left_at_s", Double),
    Column("returned", Integer, nullable=False),
    Column("original_id", _Id),
    Column("replay_id", _Id),
    Column("category", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("search_text", String, nullable=False),
    Column("properties", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("letter_status", letter.c.status, letter.c.id)
# Counting by cause reads nothing but one of these indexes.
Index("letter_cause", letter.c.status, letter.c.cause_id, letter.c.id, letter.c.failed_at_s)
Index("letter_category", letter.c.status, letter.c.category, letter.c.id, letter.c.cause_id, letter.c.failed_at_s)
Index("letter_domain", letter.c.status, letter.c.domain, letter.c.id, letter.c.cause_id, letter.c.failed_at_s)
Index("letter_reason", letter.c.status, letter.c.reason, letter.c.id, letter.c.cause_id, letter.c.failed_at_s)
Index("letter_reply", letter.c.status, letter.c.reply_code, letter.c.id, letter.c.cause_id, letter.c.failed_at_s)
Index("letter_failed", letter.c.status, letter.c.failed_at_s)

# The turns of a relay that all workers share: `free_at_s` is the one after the last that was dealt out.
relay_pace = Table(
    "relay_pace",
    metadata,
    Column("relay", String, primary_key=True),
    Column("free_at_s", Double, nullable=False),
)

# What counts towards quotas: mails dealt out by sixtieth of the period.
relay_usage = Table(
    "relay_usage",
    metadata,
    Column("relay", String, primary_key=True),
    Column("per_s", Integer, primary_key=True, autoincrement=False),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("used", Integer, nullable=False),
)

# What was done to letters.
audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("letter_id", _Id, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at_s", Double, nullable=False),
    Column("action", String(16), nullable=False),
    Column("by", String, nullable=False),
    Column("text", String, nullable=False),
)

replay = Table(
    "replay",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("by", String, nullable=False),
    Column("begun_at_s", Double, nullable=False),
    Column("ended", String(16)),
)

# The letters of a replay; `outcome` is null until it has looked at one.
replay_letter = Table(
    "replay_letter",
    metadata,
    Column("replay_id", _Id, ForeignKey("replay.id", ondelete="CASCADE"), primary_key=True),
    Column("letter_id", _Id, ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("outcome", String(16)),
    Column("revives", String(32), nullable=False),
    Column("sent_as", _Id),
    sqlite_with_rowid=False,
)
