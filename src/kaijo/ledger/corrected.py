"""Reading back what a person corrected: the workbook as Excel or LibreOffice saved it, or its first sheet as CSV."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET

from kaijo.errors import UsageProblem
from kaijo.facts.bookkeeping import largest_statement
from kaijo.ledger.decoding import read_text
from kaijo.ledger.values import parse_yen
from kaijo.ledger.workbook import HEADINGS, SHEETS

Correction = tuple[str, int, str]
"""Text, amount in yen (positive for money that comes), account title."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_WANTED = ("摘要", "勘定科目", "入金", "出金")
_BEFORE = HEADINGS[-1]
_CELL = re.compile("([A-Z]{1,3})[0-9]+")


def read_corrections(path: Path) -> list[Correction]:
    """Return text, amount and title of every movement whose title somebody changed, in their order.

    A CSV file without the column of former titles tells no difference: then every movement is returned.

    Raises UsageProblem `ledger.unreadable`, `ledger.not-our-workbook`, and as `read_text`.
    """
    if path.suffix.lower() != ".xlsx":
        decoded = read_text(path)
        rows: Iterable[Sequence[str]] = csv.reader(io.StringIO(decoded.text, newline=""), strict=True)
        return _corrections(rows, path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _corrections(_rows(archive, path), path)
    except OSError:
        raise UsageProblem("ledger.unreadable", path=str(path)) from None
    except (zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, IndexError, RuntimeError, EOFError, zlib.error):
        raise UsageProblem("ledger.not-our-workbook", path=str(path)) from None


def _corrections(rows: Iterable[Sequence[str]], path: Path) -> list[Correction]:
    found: list[Correction] = []
    place: dict[str, int] = {}
    before: int | None = None
    try:
        for row in rows:
            if not place:
                place = {name: row.index(name) for name in _WANTED}
                before = row.index(_BEFORE) if _BEFORE in row else None
                continue
            text, title, into, out = (_cell(row, place[name]) for name in _WANTED)
            amount = (parse_yen(into) or 0) - (parse_yen(out) or 0)
            changed = before is None or title != _cell(row, before)
            if text and title and amount and changed:
                found.append((text, amount, title))
    except (ValueError, csv.Error):
        raise UsageProblem("ledger.not-our-workbook", path=str(path)) from None
    if not place:
        raise UsageProblem("ledger.not-our-workbook", path=str(path))
    return found


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _rows(archive: zipfile.ZipFile, path: Path) -> Iterator[list[str]]:
    """Yield the rows of the sheet of movements [ECMA-376 part 1, 18.3]: what is no text is shown as it is stored."""
    shared = _shared(archive, path)
    with _part(archive, _sheet(archive, path), path) as part:
        for _, element in ET.iterparse(part):  # noqa: S314 -- expat bounds the growth of entities
            if element.tag == f"{_MAIN}row":
                yield _row(element, shared)
                element.clear()


def _row(element: Any, shared: Sequence[str]) -> list[str]:
    row: list[str] = []
    for cell in element.iter(f"{_MAIN}c"):
        place = _place(cell.get("r"), len(row))
        row += [""] * (place - len(row))
        row.append(_text(cell, shared))
    return row


def _text(cell: Any, shared: Sequence[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    value = cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        return shared[int(value)]
    return value.removesuffix(".0")


def _place(reference: str | None, default: int) -> int:
    found = _CELL.fullmatch(reference or "")
    if found is None:
        return default
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return max(number - 1, default)


def _sheet(archive: zipfile.ZipFile, path: Path) -> str:
    """Return the name of the part that holds the sheet of movements."""
    with _part(archive, "xl/workbook.xml", path) as part:
        sheets = ET.parse(part).getroot().iter(f"{_MAIN}sheet")  # noqa: S314 -- as above
        wanted = next(sheet.get(f"{_REL}id") for sheet in sheets if sheet.get("name") == SHEETS[0])
    with _part(archive, "xl/_rels/workbook.xml.rels", path) as part:
        links = {link.get("Id"): link.get("Target") for link in ET.parse(part).getroot()}  # noqa: S314 -- as above
    target = str(links[wanted])
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _shared(archive: zipfile.ZipFile, path: Path) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    with _part(archive, "xl/sharedStrings.xml", path) as part:
        root = ET.parse(part).getroot()  # noqa: S314 -- as above
    # Readings beside Japanese text (rPh) are no part of it.
    return [
        "".join(run.text or "" for run in item.iter(f"{_MAIN}t") if run not in item.findall(f"{_MAIN}rPh/{_MAIN}t"))
        for item in root.iter(f"{_MAIN}si")
    ]


def _part(archive: zipfile.ZipFile, name: str, path: Path) -> IO[bytes]:
    if archive.getinfo(name).file_size > largest_statement():
        raise UsageProblem("ledger.too-large", path=str(path), megabytes=largest_statement() >> 20)
    return archive.open(name)
