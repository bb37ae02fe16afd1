"""Where a process of Python spends its time: samples of py-spy, by part of the house and as a flame graph.

A thread that waits (for a request, its turn, the database, the disk) costs nothing and is left out, and so is what is
loaded once. A sample belongs to the part of its innermost frame that is of one. Frames bear the names of functions and
modules, never a place on a disk.
"""

import html
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

_RATE = 200
_WAITS = re.compile(
    r"(Condition\.wait|EpollSelector\.select|_stop_at_end_of_input|Door\.__enter__|Connection\.wait"
    r"|Queue\.get|DefaultDialect\.do_commit|Thread\.join) \("
)
_ONCE = re.compile(r"_find_and_load \(")
_LINE = re.compile(r":\d+\)$")
_PARTS = {
    "signatures, ciphers, hashes": r"cryptography/|_require_signed_by|trust/authorities|_validate_raw|reset/veil"
    r"|securechannel/|hmac\.py",
    "certificate path": r"pyhanko_certvalidator|asn1crypto|service/trust",
    "driver": r"psycopg|DefaultDialect\.do_",
    "SQLAlchemy": r"sqlalchemy/",
    "store: rows": r"kaijo/service/store",
    "audit trail": r"reset/(audit|merkle|scribe)|audit_records",
    "log and figures": r"structlog|logging/|prometheus|telemetry/(?!_)",
    "JSON, pydantic": r"pydantic|json/|serialize_json|base64\.py",
    "FastAPI, Starlette, threads": r"fastapi/|starlette/|anyio/|queue\.py|threading\.py|kaijo/service/",
    "uvicorn, h11, asyncio": r"uvicorn/|h11/|asyncio/",
    "issuer's register": r"virtualcard/|app/re",
    "rules": r"kaijo/",
}
_NAMED = {name: re.compile(pattern) for name, pattern in _PARTS.items()}
_OTHER = "other"
_ROOTS = re.compile(r"(BaseEventLoop\._run_once|WorkerThread\.run) \(")
_WIDTH, _ROW, _LETTER, _LEAST = 1200, 15, 6.2, 0.0015
_HUES = {name: number * 360 // (len(_PARTS) + 1) for number, name in enumerate([*_PARTS, _OTHER])}

Samples = Counter[tuple[str, ...]]


@contextmanager
def sampling(process: int, into: Samples) -> Iterator[None]:
    """Sample a process while the block lasts, and add what was seen to `into`."""
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        program = str(Path(sys.executable).with_name("py-spy"))
        order = [program, "record", "--format", "raw", "--rate", str(_RATE), "--output", str(raw)]
        spy = subprocess.Popen([*order, "--pid", str(process)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            spy.send_signal(2)
            spy.wait(60)
        for line in raw.read_text("utf-8").splitlines():
            stack, _, number = line.rpartition(" ")
            frames = tuple(_LINE.sub(")", frame) for frame in stack.split(";"))
            if not _WAITS.match(frames[-1]) and not any(map(_ONCE.match, frames)):
                into[_trimmed(frames)] += int(number)


def _trimmed(frames: tuple[str, ...]) -> tuple[str, ...]:
    start = next((at for at, frame in enumerate(frames) if _ROOTS.match(frame)), 0)
    return frames[start:]


def part_of(frames: tuple[str, ...]) -> str:
    """Return the part of the house that a stack is at work in."""
    named = (name for frame in reversed(frames) for name, pattern in _NAMED.items() if pattern.search(frame))
    return next(named, _OTHER)


def shares(samples: Samples) -> dict[str, float]:
    """Return each part's share of the time, the largest first."""
    found: Counter[str] = Counter()
    for frames, number in samples.items():
        found[part_of(frames)] += number
    return {name: number / found.total() for name, number in found.most_common()}


@dataclass
class _Node:
    number: int = 0
    below: dict[str, "_Node"] = field(default_factory=dict)


def flame(samples: Samples, title: str) -> str:
    """Return the flame graph as SVG: width is time, the innermost frames are at the bottom, colours are parts."""
    root = _Node()
    for frames, number in samples.items():
        node = root
        node.number += number
        for frame in frames:
            node = node.below.setdefault(frame, _Node())
            node.number += number
    boxes = list(_boxes(root, root.number, (), 0.0))
    height = (max(depth for depth, *_ in boxes) + 4) * _ROW
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="monospace"'
        f' font-size="10"><rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="6" y="{_ROW}" font-size="12">{html.escape(title)}</text>'
    )
    lines = [head]
    for depth, left, share, frame, part in boxes:
        x, width, y = left * _WIDTH, share * _WIDTH, (depth + 1) * _ROW
        shown = frame[: int((width - 4) / _LETTER)]
        label = f'<text x="{x + 2:.1f}" y="{y + 11}">{html.escape(shown)}</text>' if len(shown) > 3 else ""
        lines.append(
            f"<g><title>{html.escape(frame)} {share:.1%}</title>"
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_ROW - 1}"'
            f' fill="hsl({_HUES[part]} 60% 78%)"/>{label}</g>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _boxes(
    node: _Node, total: int, above: tuple[str, ...], left: float
) -> Iterator[tuple[int, float, float, str, str]]:
    for frame, below in sorted(node.below.items()):
        share, frames = below.number / total, (*above, frame)
        if share >= _LEAST:
            yield len(frames), left, share, frame, part_of(frames)
            yield from _boxes(below, total, frames, left)
        left += share
