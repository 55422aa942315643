"""Turns to send that workers share, relay by relay."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what rate limits are counted in."""
    op.create_table(
        "relay_pace",
        sa.Column("relay", sa.String, primary_key=True),
        sa.Column("free_at_s", sa.Double, nullable=False),
    )
    op.create_table(
        "relay_usage",
        sa.Column("relay", sa.String, primary_key=True),
        sa.Column("per_s", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("used", sa.Integer, nullable=False),
    )
