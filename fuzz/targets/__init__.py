"""One module per target, each with `run(data: bytes) -> None`."""

from pathlib import Path


def names() -> list[str]:
    """Return the name of every target."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
