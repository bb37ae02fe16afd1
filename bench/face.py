"""Where the time of one face decision goes, and what the engine takes of memory.

    python bench/face.py [--rounds N] [--json] [--write docs/benchmarks.md]

Four pictures of 640 x 480 against one photo, in processor time on one core. The limit in the same run: the five vectors
of the recognition model alone, which no decision can do without. The photograph is scikit-image's.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from _page import table, write
from PIL import Image

BUDGET_MS = 1500.0
POSES = 4


def photograph() -> Image.Image:
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    with Image.open(Path(spec.origin).parent / "data" / "astronaut.png") as whole:
        part = whole.convert("RGB").crop((90, 0, 370, 210))
    return part.resize((640, 480), Image.Resampling.LANCZOS)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def watched(spent: dict[str, float]) -> Iterator[None]:
    """Add the processor time of each part of a decision to `spent`, in milliseconds."""
    from kaijo.service.face import engine

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return work(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + (time.process_time() - start) * 1000

        return run

    parts = {
        "decode": ("from_camera", "from_chip"),
        "find": ("_boxes", "_face"),
        "measure": ("read",),
        "vectors": ("_vector",),
        "depth": ("likeness",),
    }
    patches = [
        patch.object(engine, name, timed(part, getattr(engine, name)))
        for part, names in parts.items()
        for name in names
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def measure(rounds: int) -> dict[str, Any]:
    picture = photograph()
    pictures = tuple(encoded(picture, "JPEG", quality=95 - number) for number in range(POSES))
    photo = encoded(picture.crop((140, 0, 500, 480)).resize((240, 320)).convert("L"), "JPEG2000")
    before = peak_mib()
    from kaijo.service.face.engine import DlibEngine
    from kaijo.service.face.models import find_models

    engine = DlibEngine(find_models())
    start = time.process_time()
    engine.require_ready()
    load = (time.process_time() - start) * 1000
    rows: list[dict[str, float]] = []
    for _ in range(rounds):
        spent: dict[str, float] = {}
        with watched(spent):
            start = time.process_time()
            engine.compare(photo, pictures)
            total = (time.process_time() - start) * 1000
        rows.append({**spent, "rest": total - sum(spent.values()), "total": total})
    split = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    start = time.process_time()
    for one in pictures:
        engine.look(one)
    guidance = (time.process_time() - start) * 1000 / POSES
    return {
        "split_ms": split,
        "limit_ms": split["vectors"],
        "budget_ms": BUDGET_MS,
        "guidance_ms": guidance,
        "load_ms": load,
        "memory_mib": {"before": before, "peak": peak_mib()},
    }


def page_part(told: dict[str, Any]) -> str:
    split, memory = told["split_ms"], told["memory_mib"]
    rows = [[name, f"{spent:.0f}", f"{spent / split['total']:.0%}"] for name, spent in split.items()]
    return (
        f"{table(['part of a decision', 'processor ms', 'share'], rows)}\n\n"
        f"The limit, the vectors alone: {told['limit_ms']:.0f} ms; the budget: {told['budget_ms']:.0f} ms. "
        f"One look for guidance: {told['guidance_ms']:.0f} ms. Loading the models: {told['load_ms']:.0f} ms, once. "
        f"Memory: {memory['before']:.0f} MiB before, at most {memory['peak']:.0f} MiB after."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=10, help="decisions measured")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    told = measure(options.rounds)
    if options.write:
        write(options.write, "face", page_part(told))
    print(json.dumps(told, indent=2) if options.json else page_part(told))
    return int(told["split_ms"]["total"] > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
