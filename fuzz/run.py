"""`python -m fuzz.run TARGET [--seconds N] [--corpus DIR] [--seed N --runs N]`: inputs that a target does not survive.

New inputs are added to DIR (a folder of its own, thrown away, when none is named); the kept ones are always read.
An input that breaks the target is written beside DIR as crash-…, and the exit code is not 0. Every run looks elsewhere,
but with a seed they all look at the same inputs, as many as there is time for and at most as many as asked for.
"""

import argparse
import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.targets import names

CORPUS = Path(__file__).resolve().parent / "corpus"
_LONGEST_INPUT = 1024
_LONGEST_RUN_SECONDS = 20
_LARGEST_ALLOCATION_MB = 1024


def main() -> None:
    """Fuzz one target; the fuzzer ends the process."""
    import atheris  # type: ignore[import-untyped]

    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description=__doc__)
    parser.add_argument("target", choices=names())
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--runs", type=int, default=-1, help="-1: as many as there is time for")
    chosen = parser.parse_args()
    thrown_away = TemporaryDirectory(prefix="kaijo-fuzz-")
    found: Path = chosen.corpus or Path(thrown_away.name) / "found"
    found.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["kaijo"]):
        module = importlib.import_module(f"fuzz.targets.{chosen.target}")
        module.run(b"")  # what a target sets up once is no input that hangs
    beside = found.parent if chosen.corpus else Path()
    options = [
        f"-max_total_time={chosen.seconds}",
        f"-seed={chosen.seed}",
        f"-runs={chosen.runs}",
        f"-max_len={_LONGEST_INPUT}",
        f"-timeout={_LONGEST_RUN_SECONDS}",
        # The peak that it would judge is inherited from whoever started it; a single large allocation is its own.
        "-rss_limit_mb=0",
        f"-malloc_limit_mb={_LARGEST_ALLOCATION_MB}",
        f"-artifact_prefix={beside}/crash-{chosen.target}-",
        "-print_final_stats=1",
    ]
    folders = [str(folder) for folder in (found, CORPUS / chosen.target) if folder.is_dir()]
    atheris.Setup([sys.argv[0], *options, *folders], module.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
