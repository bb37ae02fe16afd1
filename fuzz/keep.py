"""`python -m fuzz.keep TARGET DIR`: keeps the smallest inputs that a run has found, so that every test run tries them.

They are named by their hash; one target keeps at most 12 kB.
"""

import argparse
import hashlib
from pathlib import Path

from fuzz.run import CORPUS

MOST_BYTES = 12_288


def keep(found: Path, kept: Path, most: int = MOST_BYTES) -> int:
    """Copy inputs of `found` to `kept`, the smallest first, until `kept` would hold more than `most` bytes."""
    kept.mkdir(parents=True, exist_ok=True)
    total, added = sum(path.stat().st_size for path in kept.iterdir()), 0
    for path in sorted(found.iterdir(), key=lambda path: (path.stat().st_size, path.name)):
        content = path.read_bytes()
        name = hashlib.sha256(content).hexdigest()[:16]
        if (kept / name).exists():
            continue
        total += len(content)
        if total > most:
            break
        (kept / name).write_bytes(content)
        added += 1
    return added


def main() -> None:
    """Keep what was found and say how much."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.keep", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("found", type=Path)
    chosen = parser.parse_args()
    print(keep(chosen.found, CORPUS / chosen.target), "inputs kept")  # noqa: T201 -- speaks to a person


if __name__ == "__main__":
    main()
