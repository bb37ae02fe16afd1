"""Writes requirements/*.txt from pyproject.toml: every version pinned with its hashes, and no registry's address."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
QUARANTINE = timedelta(days=7)
"""A release younger than this is not taken: most harmful ones are found and withdrawn in their first days."""

_APART = {"pcsc", "all"}
"""`pcsc` has a lock of its own; `all` only names the others."""

HEADER = {
    "dev": "# Everything but pyscard: Kaijo with its service, the developer's tools, the builders.",
    "pcsc": "# Real readers. Apart, because pyscard is built on the machine and the rest must not need a compiler.",
}


def inputs(pyproject: dict[str, Any]) -> dict[str, list[str]]:
    """Return lock name -> the requirements it resolves, as pyproject.toml words them."""
    extras, groups = pyproject["project"]["optional-dependencies"], pyproject["dependency-groups"]
    everything = [
        *pyproject["project"]["dependencies"],
        *(wanted for name, extra in extras.items() if name not in _APART for wanted in extra),
        *groups["build"],
        *groups["dev"],
    ]
    return {"dev": everything, "pcsc": extras["pcsc"]}


def main() -> int:
    """Write all lock files and return the exit code."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    FOLDER.mkdir(exist_ok=True)
    newest = (datetime.now(UTC) - QUARANTINE).strftime("%Y-%m-%d")
    for name, requirements in inputs(pyproject).items():
        file = FOLDER / f"{name}.txt"
        command = [
            *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "-"),
            *("--universal", "--python-version", "3.11", "--generate-hashes", "--exclude-newer", newest),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        ]
        done = subprocess.run(command, input="\n".join(requirements), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"lock: {name} could not be resolved; its file is as it was", file=sys.stderr)
            return 1
        file.write_text(f"{HEADER[name]} Written by `make lock`.\n{done.stdout}", "utf-8")
        print(f"lock: {file.relative_to(ROOT)}: {done.stdout.count('==')} packages, none newer than {newest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
