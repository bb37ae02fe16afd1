"""`python -m fuzz.keep TARGET DIR`: keeps some of the inputs that a run has found, so that every test run tries them.

Each kept input reached something new when it was found. They are named by their hash.
"""

import argparse
import hashlib
from pathlib import Path

from fuzz.run import CORPUS

MOST_INPUTS = 64
LONGEST = 400


def keep(found: Path, kept: Path, most: int = MOST_INPUTS) -> int:
    """Replace what is in `kept` by up to `most` inputs of `found`, small and large ones alike; return how many."""
    sizes = sorted((path.stat().st_size, path.name) for path in found.iterdir())
    fitting = [found / name for size, name in sizes if size <= LONGEST]
    chosen = {fitting[at * len(fitting) // most] for at in range(most)} if len(fitting) > most else fitting
    contents = {hashlib.sha256(content).hexdigest()[:16]: content for content in (one.read_bytes() for one in chosen)}
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.iterdir():
        old.unlink()
    for name, content in contents.items():
        (kept / name).write_bytes(content)
    return len(contents)


def main() -> None:
    """Keep what was found and say how much."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.keep", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("found", type=Path)
    chosen = parser.parse_args()
    print(keep(chosen.found, CORPUS / chosen.target), "inputs kept")  # noqa: T201 -- speaks to a person


if __name__ == "__main__":
    main()
