"""Service processes for a benchmark, side by side on one database, and the processor time that each side takes."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kaijo.processes import free_port, service_process

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Serving:
    """One service process: where it answers, and its number."""

    url: str
    process: int


@contextmanager
def fleet(number: int, *, data: Path, database: str, clock: str) -> Iterator[Sequence[Serving]]:
    """Run so many service processes, each on a port of its own, as behind a balancer."""
    with ExitStack() as stack:
        serving = []
        for _ in range(number):
            port = free_port()
            running = service_process(
                data=data, clock=clock, port=port, database=database, environment={"KAIJO_LIMITS": "off"}
            )
            serving.append(Serving(stack.enter_context(running), _listening(port)))
        yield serving


def processor(*processes: int) -> float:
    """Return the milliseconds that these processes took of a processor so far, ended children included."""
    return sum(sum(_times(process)) for process in processes) * 1000 / _TICKS


def server_processes(database: str) -> list[int]:
    """Return the server at this address and every process that serves a connection; none for a file."""
    if not database.startswith("postgresql:"):
        return []
    first = int((Path(database.partition("host=")[2]) / "data/postmaster.pid").read_text().split()[0])
    found = subprocess.run(["pgrep", "--parent", str(first)], check=False, capture_output=True, text=True)
    return [first, *map(int, found.stdout.split())]


def _listening(port: int) -> int:
    found = subprocess.run(["pgrep", "-f", f"kaijo serve --port {port}"], check=True, capture_output=True, text=True)
    return int(found.stdout.split()[0])


def _times(process: int) -> tuple[int, ...]:
    try:
        told = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:  # it ended meanwhile, and stands in its parent's
        return ()
    return tuple(int(part) for part in told[11:15])
