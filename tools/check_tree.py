"""Checks the tree: no long Python file, no word that has no place in a repository. Exit code 1 with what to mend."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
"""Lines of a Python file."""

# Each pattern has a bracket in it, so that it does not find itself.
FORBIDDEN = {
    r"\bT[O]DO\b|\bFIX[M]E\b": "an open end: finish it, or open an issue",
    r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/|/opt/pyp[i]|/tmp/w[/]": "a path of one machine: use a relative one",
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|(?:deb|security)[.]debian[.]org|\bpkg[.]dev\b": (
        "a registry's address: leave the choice of it to the machine"
    ),
}


def files(root: Path) -> list[Path]:
    """Return the files that git keeps or would keep, sorted."""
    # The checkout may belong to another user than the one who checks it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(path for name in set(names) if name and (path := root / name).is_file())


def long_files(root: Path) -> Iterator[str]:
    """Yield a complaint for every Python file that has grown too long."""
    for path in files(root):
        if path.suffix == ".py" and (lines := path.read_text("utf-8").count("\n")) > LONGEST:
            yield f"{path.relative_to(root)}: {lines} lines, more than {LONGEST}: split it by what it does"


def forbidden_words(root: Path) -> Iterator[str]:
    """Yield a complaint for every line of a text file that holds a forbidden word."""
    for path in files(root):
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for pattern, remedy in FORBIDDEN.items():
                if found := re.search(pattern, line):
                    yield f"{path.relative_to(root)}:{number}: {found.group()!r} is {remedy}"


def main() -> int:
    """Print every complaint and return the exit code."""
    complaints = [*long_files(ROOT), *forbidden_words(ROOT)]
    print("\n".join(complaints) or "tree: in order")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
