"""How often the owner of a mail died in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin to count."""
    op.add_column("mail", sa.Column("deaths", sa.Integer, nullable=False, server_default="0"))
