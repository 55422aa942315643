"""Letters of the hospital, and their causes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the hospital's store."""
    op.create_table(
        "cause",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("reason_detail", sa.String, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("enhanced_code", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
    )
    op.create_table(
        "letter",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("identity", sa.String(64), nullable=False, unique=True),
        sa.Column("key", sa.String(128), nullable=False, index=True),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("cause_id", sa.String(12), sa.ForeignKey("cause.id"), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("reason_detail", sa.String, nullable=False),
        sa.Column("reply_code", sa.Integer),
        sa.Column("reply_text", sa.String, nullable=False),
        sa.Column("relay", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failed_at_s", sa.Double, nullable=False),
        sa.Column("admitted_at_s", sa.Double, nullable=False),
        sa.Column("left_at_s", sa.Double),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("domain", sa.String, nullable=False),
        sa.Column("search_text", sa.String, nullable=False),
        sa.Column("properties", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("letter_status", "letter", ["status", "id"])
    op.create_index("letter_cause", "letter", ["status", "cause_id", "id", "failed_at_s"])
    op.create_index("letter_category", "letter", ["status", "category", "id"])
    op.create_index("letter_domain", "letter", ["status", "domain", "id"])
    op.create_index("letter_reason", "letter", ["status", "reason", "id"])
    op.create_index("letter_reply", "letter", ["status", "reply_code", "id"])
    op.create_index("letter_failed", "letter", ["status", "failed_at_s"])
