"""The forms in which a signature comes, and files that are looked at only up to a size."""

from enum import Enum, unique
from pathlib import Path

from kaijo.errors import Refused, UsageProblem
from kaijo.facts.signing import largest_bytes


@unique
class Form(Enum):
    """A form of signature: CMS beside or around the file, XML inside the document, XAdES, PDF."""

    CMS = "cms"
    XML = "xml"
    XADES = "xades"
    PDF = "pdf"


def read_file(path: Path) -> bytes:
    """Return what is in a file. Raises UsageProblem `signing.unreadable`, Refused `signing.too-large`."""
    most = largest_bytes()
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError:
        raise UsageProblem("signing.unreadable", path=str(path)) from None
    if len(content) > most:
        raise Refused("signing.too-large", megabytes=most // 1_000_000)
    return content


def check_writable(path: Path) -> None:
    """Raise what `write_file` would raise, before any PIN is asked for."""
    beside = _beside(path)
    try:
        beside.touch()
        beside.unlink()
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def write_file(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all. Raises UsageProblem `usage.unwritable`."""
    beside = _beside(path)
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def guess_form(content: bytes) -> Form:
    """Return the form that a signed file seems to have: PDF, XML or else CMS."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in content[:1024]:
        return Form.PDF
    if start[:1] == b"<" or content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Form.XML
    return Form.CMS


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")
