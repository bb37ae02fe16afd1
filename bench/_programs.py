"""Programs run beside one another on the card in the virtual reader, each with the clock of its whole process."""

import os
import re
import resource
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from _relay import Dialogue, Relay


@dataclass(frozen=True, slots=True)
class Program:
    """A command. `answer` is what its output has once it has answered, as often as `times`; None for its end."""

    name: str
    command: tuple[str, ...]
    answer: str | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """One run, in milliseconds from the start of the process: first command, answer, end; and what passed meanwhile.

    `processor` are the milliseconds of processor time, which other work on the machine changes least.
    """

    first: float
    answered: float
    ended: float
    processor: float
    dialogue: Dialogue
    printed: str


def run(program: Program, relay: Relay, environment: Mapping[str, str]) -> Run:
    """Run a program once. Raises SystemExit with what it said when it fails."""
    relay.take()
    before = _processor()
    began = time.perf_counter()
    child = subprocess.Popen(
        program.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    assert child.stdout is not None
    assert child.stderr is not None
    printed, answered = b"", 0.0
    while chunk := os.read(child.stdout.fileno(), 65536):
        printed += chunk
        if not answered and program.answer and len(re.findall(program.answer.encode(), printed)) >= program.times:
            answered = time.perf_counter()
    code = child.wait()
    ended = time.perf_counter()
    said = child.stderr.read().decode("utf-8", "replace")
    child.stdout.close()
    child.stderr.close()
    if code:
        raise SystemExit(f"{program.name} ended with {code}: {printed.decode('utf-8', 'replace')}{said}")
    passed = relay.take()
    first = (passed.first - began) * 1000 if passed.apdus else 0.0
    until = ((answered or ended) - began) * 1000
    return Run(first, until, (ended - began) * 1000, _processor() - before, passed, printed.decode("utf-8", "replace"))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def compiled(folder: Path) -> dict[str, str]:
    """Return an environment in which Python keeps the bytecode it compiles, as an installed program has it."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
