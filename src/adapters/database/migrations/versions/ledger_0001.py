"""Mails, their attempts, and the row that a probe writes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the ledger."""
    op.create_table(
        "mail",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(128), nullable=False, unique=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("lease_until_s", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("relay", sa.String, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("reply_text", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("reason_detail", sa.String, nullable=False),
        sa.Column("created_at_s", sa.Double, nullable=False),
        sa.Column("updated_at_s", sa.Double, nullable=False),
    )
    finished = sa.text("state IN ('sent', 'failed')")
    op.create_index("mail_finished", "mail", ["updated_at_s"], sqlite_where=finished, postgresql_where=finished)
    op.create_table(
        "attempt",
        sa.Column("mail_id", _ID, sa.ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token", sa.String(32), primary_key=True),
        sa.Column("started_at_s", sa.Double, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("relay", sa.String, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("reply_text", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_s", sa.Double, nullable=False),
    )
