"""The tables as programs before the steps made them by hand, in whatever part of that a database has already."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is missing."""
    _tables()
    _columns()
    _note_contract()


def _columns() -> None:
    """Add the columns that the first version of all did not have."""
    known = sa.inspect(op.get_bind())
    for table, column in _LATER:
        if column.name not in {one["name"] for one in known.get_columns(table)}:
            op.add_column(table, column)


def _note_contract() -> None:
    """Say which programs can work with these tables: old ones refuse any other number than theirs."""
    versions = sa.table("schema_versions", sa.column("version", sa.Integer))
    if op.get_bind().execute(sa.update(versions).values(version=_CONTRACT)).rowcount == 0:
        op.execute(sa.insert(versions).values(version=_CONTRACT))


_CONTRACT = 2
_LATER = (
    ("reservations", sa.Column("act", sa.String(16), nullable=False, server_default="reset")),
    ("reservations", sa.Column("case_id", sa.String(97))),
    ("sessions", sa.Column("act", sa.String(16), nullable=False, server_default="reset")),
    ("sessions", sa.Column("place", sa.String(16), nullable=False, server_default="kiosk")),
)


def _tables() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
        if_not_exists=True,
    )
    op.create_table(
        "audit_leaves",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partition", sa.String(length=97), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        if_not_exists=True,
    )
    op.create_table(
        "audit_rows",
        sa.Column("partition", sa.String(length=97), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("partition", "sequence"),
        if_not_exists=True,
    )
    op.create_table(
        "audit_unsealed",
        sa.Column("partition", sa.String(length=97), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("partition", "sequence"),
        if_not_exists=True,
    )
    op.create_table(
        "cases",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=97), nullable=False),
        sa.Column("visitor", sa.String(length=24), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("documents", sa.String(length=255), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.Column("has_signature", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("pseudonym", "id"),
        if_not_exists=True,
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "clerks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("own_card", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "face_checks",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=97), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64)),
        sa.Column("poses", sa.String(length=128)),
        sa.Column("ends_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("pseudonym", "id"),
        sa.UniqueConstraint("pseudonym", "challenge"),
        if_not_exists=True,
    )
    op.create_table(
        "face_pictures",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", "name"),
        if_not_exists=True,
    )
    op.create_table(
        "face_tries",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "nonce"),
        if_not_exists=True,
    )
    op.create_index("face_tries_of_subject", "face_tries", ["subject", "at"], if_not_exists=True)
    op.create_table(
        "journal",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("clerk", sa.String(length=64)),
        sa.Column("second", sa.String(length=64)),
        sa.Column("case_id", sa.String(length=97)),
        sa.Column("pseudonym", sa.String(length=64)),
        sa.Column("visitor", sa.String(length=24)),
        sa.Column("ticket", sa.Integer()),
        sa.Column("act", sa.String(length=24)),
        sa.Column("kind", sa.String(length=24)),
        sa.PrimaryKeyConstraint("day", "id"),
        if_not_exists=True,
    )
    op.create_index("journal_by_time", "journal", ["day", "at"], if_not_exists=True)
    op.create_table(
        "letters",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.String(length=97)),
        sa.PrimaryKeyConstraint("pseudonym", "digest"),
        if_not_exists=True,
    )
    op.create_table(
        "refusals",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "code"),
        if_not_exists=True,
    )
    op.create_table(
        "reservations",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("slot", sa.String(length=32)),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("replaced_older", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=97)),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("used_at", sa.BigInteger()),
        sa.Column("act", sa.String(length=16), server_default="reset", nullable=False),
        sa.Column("case_id", sa.String(length=97)),
        sa.PrimaryKeyConstraint("pseudonym", "id"),
        sa.UniqueConstraint("pseudonym", "challenge"),
        sa.UniqueConstraint("pseudonym", "slot"),
        if_not_exists=True,
    )
    op.create_table(
        "schema_versions",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
        if_not_exists=True,
    )
    op.create_table(
        "tickets",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("called_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("clerk", sa.String(length=64)),
        sa.PrimaryKeyConstraint("day", "number"),
        if_not_exists=True,
    )
    op.create_table(
        "asked",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=97), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.String(length=64)),
        sa.ForeignKeyConstraint(
            ["pseudonym", "case_id"],
            ["cases.pseudonym", "cases.id"],
        ),
        sa.PrimaryKeyConstraint("pseudonym", "case_id", "act", "kind"),
        if_not_exists=True,
    )
    op.create_table(
        "sessions",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=97), nullable=False),
        sa.Column("reservation", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("kiosk", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("host_challenge", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=16), server_default="reset", nullable=False),
        sa.Column("place", sa.String(length=16), server_default="kiosk", nullable=False),
        sa.ForeignKeyConstraint(
            ["pseudonym", "reservation"],
            ["reservations.pseudonym", "reservations.id"],
        ),
        sa.PrimaryKeyConstraint("pseudonym", "id"),
        if_not_exists=True,
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clerk"],
            ["clerks.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
        if_not_exists=True,
    )
    op.create_table(
        "answers",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=97), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pseudonym", "session"],
            ["sessions.pseudonym", "sessions.id"],
        ),
        sa.PrimaryKeyConstraint("pseudonym", "session", "step"),
        if_not_exists=True,
    )
    op.create_table(
        "grants",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=97), nullable=False),
        sa.Column("reservation", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reset_number", sa.BigInteger(), nullable=False),
        sa.Column("intended_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["pseudonym", "reservation"],
            ["reservations.pseudonym", "reservations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["pseudonym", "session"],
            ["sessions.pseudonym", "sessions.id"],
        ),
        sa.PrimaryKeyConstraint("pseudonym", "session"),
        if_not_exists=True,
    )
    op.create_index("grants_of_reservation", "grants", ["pseudonym", "reservation"], if_not_exists=True)
