"""Replays, what operators did to letters, and which letter was made of which."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create what a replay that can be continued needs."""
    op.add_column("letter", sa.Column("original_id", _ID))
    op.add_column("letter", sa.Column("replay_id", _ID))
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("letter_id", _ID, sa.ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_table(
        "replay",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("begun_at_s", sa.Double, nullable=False),
        sa.Column("ended", sa.String(16)),
    )
    op.create_table(
        "replay_letter",
        sa.Column("replay_id", _ID, sa.ForeignKey("replay.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("letter_id", _ID, sa.ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("outcome", sa.String(16)),
        sa.Column("revives", sa.String(32), nullable=False),
        sa.Column("sent_as", _ID),
        sqlite_with_rowid=False,
    )
    # So that counting by cause reads nothing else.
    for column, name in (("category",) * 2, ("domain",) * 2, ("reason",) * 2, ("reply_code", "reply")):
        op.drop_index(f"letter_{name}", "letter")
        op.create_index(f"letter_{name}", "letter", ["status", column, "id", "cause_id", "failed_at_s"])
