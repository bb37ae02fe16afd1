"""Account titles (勘定科目) to choose from, and the two for movements that nobody has placed yet."""

from functools import cache
from pathlib import Path
from typing import NamedTuple


class Titles(NamedTuple):
    """The titles in the order of the return's form; `unknown_out` and `unknown_in` are suspense accounts."""

    all: tuple[str, ...]
    unknown_out: str
    unknown_in: str

    def unknown(self, amount: int) -> str:
        """Return the suspense account for a movement."""
        return self.unknown_in if amount > 0 else self.unknown_out


@cache
def account_titles() -> Titles:
    """Return the titles of `accounts.toml`."""
    import tomllib

    row = tomllib.loads(Path(__file__).with_name("accounts.toml").read_text("utf-8"))
    return Titles(tuple(row["titles"]), row["unknown_out"], row["unknown_in"])
