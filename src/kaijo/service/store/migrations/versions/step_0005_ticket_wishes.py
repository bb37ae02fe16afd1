"""The table that lets a wish for a waiting number be repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "ticket_wishes",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("wish", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "wish"),
        if_not_exists=True,
    )
