"""Files of facts: the book's and the user's own."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.told import told
from kaijo.facts.book import Fact, load
from kaijo.facts.local import read_local
from kaijo.facts.pins import PinKind, PinRule

_FOLDER = TemporaryDirectory(prefix="kaijo-fuzz-")


def run(data: bytes) -> None:
    """Load `data` as the only file of the book, and every row of it as the rule of a PIN; then as a user's file."""
    folder = Path(_FOLDER.name)
    file = folder / "rows.toml"
    file.write_bytes(data)
    told(lambda: _use(load(folder)))
    told(lambda: read_local(file))


def _use(facts: Mapping[str, Fact]) -> None:
    for row in facts.values():
        told(partial(PinRule.from_fact, PinKind.SIGNATURE, row))
