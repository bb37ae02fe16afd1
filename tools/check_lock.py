"""Checks, without a network, that requirements/*.txt are in step with pyproject.toml. Exit code 1 with what to mend."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import inputs

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; .+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def strange_lines(name: str, lock: str) -> Iterator[str]:
    """Yield a complaint for every line that is neither a comment, nor a pin, nor a hash: an address for instance."""
    for number, line in enumerate(lock.splitlines(), 1):
        if not (line.startswith("#") or PIN.fullmatch(line) or HASH.fullmatch(line)):
            yield f"requirements/{name}.txt:{number}: neither a pin nor a hash"


def unmet(name: str, lock: str, requirements: list[str]) -> Iterator[str]:
    """Yield a complaint for every requirement that the lock does not pin to a version it allows."""
    pins = {found[1]: found[2] for line in lock.splitlines() if (found := PIN.fullmatch(line))}
    for requirement in map(Requirement, requirements):
        version = pins.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version):
            yield f"requirements/{name}.txt: {requirement.name} is {version}, but pyproject.toml asks for {requirement}"


def main() -> int:
    """Print every complaint and return the exit code."""
    complaints: list[str] = []
    for name, requirements in inputs(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))).items():
        lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        complaints += [*strange_lines(name, lock), *unmet(name, lock, requirements)]
    print("\n".join([*complaints, "To mend: make lock"] if complaints else ["lock: in step with pyproject.toml"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
