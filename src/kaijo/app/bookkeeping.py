"""Where a person's bookkeeping lies: rules and own layouts beside the other data."""

from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.folders import home

if TYPE_CHECKING:
    from kaijo.ledger.layout import Layout


def rules_file() -> Path:
    """Return where learned rules are kept unless another file is named."""
    return home() / "ledger" / "rules.toml"


def layouts(own: Path | None) -> "tuple[Layout, ...]":
    """Return a person's own layouts, then those that come with the program; an own one of the same id replaces.

    Own ones are in the file named, or in `ledger/layouts.toml` of the data folder. Raises `ledger.bad-layout`.
    """
    from kaijo.ledger.layout import known_layouts, own_layouts

    usual = home() / "ledger" / "layouts.toml"
    path = own or (usual if usual.exists() else None)
    mine = own_layouts(path) if path else ()
    ids = {layout.id for layout in mine}
    return (*mine, *(layout for layout in known_layouts() if layout.id not in ids))
