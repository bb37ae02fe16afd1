"""Which steps a database has had, which this program needs, and taking those that are missing.

Two numbers say what fits. The *step* is the newest migration taken; steps only add, so that programs from before a step
work on after it. The *contract* is what programs from before the steps called the version: a step that takes something
away raises it, and whoever was not written for that contract refuses the database.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from kaijo.errors import ServiceTrouble
from kaijo.service.store.schema import schema_versions

CONTRACT: Final = 2
NEWEST: Final = "0005"
OLDEST: Final = "0001"
_BY_HAND: Final = frozenset({1, 2})
_steps: Final = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands: `step` and `contract` are None where there is none; `empty` says that nothing is there."""

    step: str | None
    contract: int | None
    empty: bool

    newest: ClassVar[str] = NEWEST

    @property
    def state(self) -> str:
        """One word: empty, foreign, too-old, older (works, has steps to take), current, newer (works) or too-new."""
        if self.empty:
            return "empty"
        if self.contract is None:
            return "foreign"
        if self.contract > CONTRACT:
            return "too-new"
        if self.step is None or self.step < OLDEST:
            return "too-old"
        return "current" if self.step == NEWEST else "newer" if self.step > NEWEST else "older"

    @property
    def usable(self) -> bool:
        """Whether this program can work with it as it is."""
        return self.state in {"current", "older", "newer"}

    def plain(self) -> dict[str, object]:
        """Return it in JSON's types."""
        return {"state": self.state, "step": self.step, "newest": NEWEST, "contract": self.contract}


def standing_of(connection: Connection) -> Standing:
    """Return how the database stands."""
    tables = set(inspect(connection).get_table_names())
    contract = step = None
    if schema_versions.name in tables:
        contract = connection.execute(select(schema_versions.c.version)).scalar_one_or_none()
    if _steps.name in tables:
        step = connection.execute(select(_steps.c.version_num)).scalar_one_or_none()
    return Standing(step, contract, empty=not tables)


def require_fit(found: Standing) -> None:
    """Raise ServiceTrouble `store.version` (found, wanted) or `store.too-old` when this program cannot work with it."""
    if found.state in {"foreign", "too-new"}:
        raise ServiceTrouble("store.version", found=found.contract, wanted=CONTRACT)
    if found.state in {"empty", "too-old"}:
        raise ServiceTrouble("store.too-old", found=found.step or "-", wanted=OLDEST)


def upgrade(connection: Connection, *, to: str = NEWEST) -> Standing:
    """Take the steps that are missing, inside the caller's transaction, and return how the database stands then.

    A database of a newer program stays as it is. Raises ServiceTrouble `store.version` for one that is not ours.
    """
    found = standing_of(connection)
    if found.state in {"foreign", "too-new"} or found.contract not in {None, CONTRACT, *_BY_HAND}:
        raise ServiceTrouble("store.version", found=found.contract, wanted=CONTRACT)
    if found.state in {"current", "newer"}:
        return found
    from kaijo.service.store.steps import take_steps

    take_steps(connection, to)
    return standing_of(connection)
