"""The rows of the catalogue by code; a file of them is parsed when one of its rows is first asked for."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# A row begins its line with its code in quotes: `"word.lawson" = {…}` or `["card.removed"]`.
_CODE = re.compile(r'^\[?"([^"]+)"', re.MULTILINE)

Row = Mapping[str, Any]


class Rows(Mapping[str, Row]):
    """Every row of the `*.toml` files in a folder by code. Raises KeyError for a code in two of them.

    To parse them all takes as long as ten answers of a card, and most commands speak from three files.
    """

    def __init__(self, folder: Path) -> None:
        self._parts: dict[str, _Part] = {}
        for path in folder.iterdir():
            if path.name.endswith(".toml"):
                part = _Part(path.read_text("utf-8"))
                for code in part.codes:
                    if self._parts.setdefault(code, part) is not part:
                        raise KeyError(code)

    def __getitem__(self, code: str) -> Row:
        """Return a row. Raises KeyError for a code nobody wrote down."""
        return self._parts[code].rows()[code]

    def __iter__(self) -> Iterator[str]:
        """Return every code, none of them parsed for it."""
        return iter(self._parts)

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self._parts)


class _Part:
    """One file: its codes at once, its rows when they are asked for."""

    def __init__(self, text: str) -> None:
        self.codes = _CODE.findall(text)
        self._text = text
        self._rows: Mapping[str, Row] | None = None

    def rows(self) -> Mapping[str, Row]:
        if self._rows is None:
            import tomllib

            self._rows = tomllib.loads(self._text)
        return self._rows
