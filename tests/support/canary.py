"""Looking for a secret in whatever a program leaves behind, in every spelling that a program might give it."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

_SHORT = 6


def spellings(secret: str) -> Iterator[bytes]:
    """Yield `secret` in UTF-8 and UTF-16, plain, in hexadecimal, reversed, and in base64 at each alignment."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = secret.encode(encoding)
        yield raw
        yield raw[::-1]
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        for offset in range(3):
            text = base64.b64encode(bytes(offset) + raw)
            # Only the characters that depend on the secret alone: the edges also hold bits of the neighbours.
            yield text[-(-offset * 8 // 6) : len(text) - 4 if (offset + len(raw)) % 3 else len(text)]


def found(secret: str, content: bytes) -> list[bytes]:
    """Return the spellings of `secret` that occur in `content`.

    Four digits occur everywhere by chance: a short secret counts only where no digit or letter adjoins it.
    """
    if len(secret) >= _SHORT:
        return [spelling for spelling in spellings(secret) if len(spelling) >= _SHORT and spelling in content]
    alone = re.compile(rb"(?<![0-9A-Za-z+/=])" + re.escape(secret.encode()) + rb"(?![0-9A-Za-z+/=])")
    return [match.group() for match in alone.finditer(content)]


def files_below(folder: Path, *, without: set[Path]) -> Iterator[Path]:
    """Yield every file below `folder` except those named."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in without:
            yield path
