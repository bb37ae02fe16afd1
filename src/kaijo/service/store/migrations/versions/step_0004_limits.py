"""The tables of limits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "failed_channels",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=97), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", "session"),
        if_not_exists=True,
    )
    op.create_table(
        "limit_marks",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name"),
        if_not_exists=True,
    )
    op.create_index("limit_marks_by_age", "limit_marks", ["mark"], if_not_exists=True)
