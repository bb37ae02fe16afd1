"""Measuring the matcher on photographs: how often strangers match, how often one and the same person does not."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from kaijo.errors import Refused, UsageProblem
from kaijo.facts.face import evaluation_pairs
from kaijo.reset.face_ports import FaceModel
from kaijo.reset.face_records import Pose
from kaijo.reset.face_verdict import blocking, causes_for
from kaijo.service.face.bounds import clopper_pearson
from kaijo.service.face.engine import DlibEngine

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_FEWEST_PERSONS: Final = 2

_Vectors = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of errors with its bounds at 95 % confidence."""

    errors: int
    count: int

    def as_dict(self) -> dict[str, object]:
        """Return the rate in JSON's types; `rate` is None where there was nothing to count."""
        low, high = clopper_pearson(self.errors, self.count)
        rate = self.errors / self.count if self.count else None
        return {"errors": self.errors, "count": self.count, "rate": rate, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured. `failures` counts pictures by the cause that kept them out, one picture under each of its."""

    model: FaceModel
    made_at: datetime
    persons: int
    pictures: int
    acquired: int
    failures: Mapping[str, int]
    false_matches: Rate
    false_non_matches: Rate

    @property
    def enough(self) -> bool:
        """Whether it was measured on so many pairs of strangers that the product may call itself evaluated."""
        return self.false_matches.count >= evaluation_pairs()

    def as_dict(self) -> dict[str, object]:
        """Return the evaluation in JSON's types: what `kaijo face evaluate --json` prints and the report holds."""
        return {
            "model": self.model.name,
            "sha256": self.model.sha256,
            "threshold": self.model.threshold,
            "made_at": self.made_at.isoformat(),
            "persons": self.persons,
            "pictures": self.pictures,
            "failure_to_acquire": Rate(self.pictures - self.acquired, self.pictures).as_dict(),
            "failures": {code: Rate(count, self.pictures).as_dict() for code, count in sorted(self.failures.items())},
            "false_match": self.false_matches.as_dict(),
            "false_non_match": self.false_non_matches.as_dict(),
            "pairs_needed": evaluation_pairs(),
            "evaluated": self.enough,
        }


def evaluate(
    folder: Path, engine: DlibEngine, at: datetime, on_picture: Callable[[Path], None] = lambda _path: None
) -> Evaluation:
    """Return what the photographs in `folder` show: one folder per person, with the pictures of that person.

    A picture that the service would not take in a face check counts as not acquired and makes no pair. Raises
    UsageProblem `face.no-photographs` (path) for fewer than two persons; ServiceTrouble `face.model-…`.
    """
    people = _people(folder)
    failures: Counter[str] = Counter()
    groups: list[_Vectors] = []
    for pictures in people:
        taken = []
        for path in pictures:
            on_picture(path)
            vector, held = _acquire(engine, path)
            failures.update(held)
            if vector is not None:
                taken.append(vector)
        groups.append(np.array(taken, dtype=np.float64).reshape(len(taken), -1))
    genuine, impostor = _pairs(groups, engine.model.threshold)
    return Evaluation(
        model=engine.model,
        made_at=at,
        persons=len(people),
        pictures=sum(map(len, people)),
        acquired=sum(map(len, groups)),
        failures=failures,
        false_matches=impostor,
        false_non_matches=genuine,
    )


def _people(folder: Path) -> list[list[Path]]:
    try:
        folders = sorted(path for path in folder.iterdir() if path.is_dir())
        people = [sorted(path for path in one.iterdir() if path.suffix.lower() in _SUFFIXES) for one in folders]
    except OSError:
        people = []
    people = [pictures for pictures in people if pictures]
    if len(people) < _FEWEST_PERSONS:
        raise UsageProblem("face.no-photographs", path=str(folder))
    return people


def _acquire(engine: DlibEngine, path: Path) -> tuple[_Vectors | None, Sequence[str]]:
    try:
        reading, vector = engine.describe(path.read_bytes())
    except (OSError, Refused):
        return None, ("face.bad-picture",)
    held = blocking(causes_for(reading, Pose.STRAIGHT, None))
    return (None if held else vector), held


def _pairs(groups: Sequence[_Vectors], threshold: float) -> tuple[Rate, Rate]:
    """Return the errors among pairs of one person, and among pairs of two."""
    whole = [group for group in groups if len(group)]
    genuine = [_distances(group[at + 1 :], row) > threshold for group in whole for at, row in enumerate(group)]
    matches = pairs = 0
    # One person at a time against all who follow: the whole table of a large collection would not fit into memory.
    ends = np.cumsum([0, *map(len, whole)])
    every = np.concatenate(whole) if whole else np.zeros((0, 1))
    for start, end in pairwise(map(int, ends)):
        for row in every[start:end]:
            others = _distances(every[end:], row)
            matches += int((others <= threshold).sum())
            pairs += len(others)
    misses = cast("list[Any]", genuine)
    return Rate(int(sum(part.sum() for part in misses)), sum(map(len, misses))), Rate(matches, pairs)


def _distances(rows: _Vectors, row: _Vectors) -> _Vectors:
    return np.asarray(np.linalg.norm(rows - row, axis=1))
