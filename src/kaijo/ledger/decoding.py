"""Bytes of a file into text: UTF-8 with or without its mark, or the Shift_JIS of Windows."""

from pathlib import Path
from typing import NamedTuple

from kaijo.errors import UsageProblem
from kaijo.facts.bookkeeping import largest_statement

_ZIP = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Decoded(NamedTuple):
    """A file's text, how it was written (utf-8, cp932), and the SHA-256 of its bytes."""

    text: str
    encoding: str
    sha256: str


def read_text(path: Path) -> Decoded:
    """Return the text of a file.

    Raises UsageProblem: `ledger.unreadable`, `ledger.too-large` [fact: ledger-largest-file], `ledger.is-workbook` for
    an Excel file, `ledger.empty`, `ledger.not-text` for bytes that are none, `ledger.encoding` with the line where no
    encoding fits.
    """
    import hashlib

    most = largest_statement()
    try:
        if path.stat().st_size > most:
            raise UsageProblem("ledger.too-large", path=str(path), megabytes=most >> 20)
        data = path.read_bytes()
    except OSError:
        raise UsageProblem("ledger.unreadable", path=str(path)) from None
    text, encoding = _decode(data, str(path))
    if not text.strip():
        raise UsageProblem("ledger.empty", path=str(path))
    return Decoded(text, encoding, hashlib.sha256(data).hexdigest())


def _decode(data: bytes, path: str) -> tuple[str, str]:
    if data.startswith(_ZIP):
        raise UsageProblem("ledger.is-workbook", path=path)
    marked = data.startswith(_UTF16)
    if not marked and b"\0" in data:
        raise UsageProblem("ledger.not-text", path=path, line=_line(data, data.index(b"\0")))
    furthest = 0
    for encoding, name in (("utf-16", "utf-16"),) if marked else (("utf-8-sig", "utf-8"), ("cp932", "cp932")):
        try:
            return data.decode(encoding), name
        except UnicodeDecodeError as wrong:
            furthest = max(furthest, wrong.start)  # where the encoding that fits longest ends to fit
    raise UsageProblem("ledger.encoding", path=path, line=_line(data, furthest))


def _line(data: bytes, place: int) -> int:
    return data[:place].count(b"\n") + 1
