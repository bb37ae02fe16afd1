"""Indexes by which rows that are over are found; see `kaijo.service.store.retention`."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ENDING = ("cases", "challenges", "face_checks", "reservations", "sessions", "sign_ins")


def upgrade() -> None:
    """Only indexes: older programs notice nothing, and this one works without them, slower."""
    for table in _ENDING:
        op.create_index(f"{table}_by_end", table, ["expires_at"], if_not_exists=True)
