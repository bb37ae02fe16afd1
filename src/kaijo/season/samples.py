"""What is played at once: one column for each set of assumptions and hours."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kaijo.facts.season import Range, ranges
from kaijo.season.queues import Array

_PARTS: Final = {"percent": 0.01, "milliseconds": 0.001, "minutes": 1.0}


@dataclass(frozen=True, slots=True)
class Samples:
    """Assumptions by name, each an array with one number per sample: parts of one, minutes, or seconds of work.

    `kiosk_hours` and `counter_hours` are added to the closing time; `kiosks` and `clerks` multiply how many there are.
    """

    values: dict[str, Array]
    kiosk_hours: Array
    counter_hours: Array
    kiosks: Array
    clerks: Array

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.kiosk_hours)

    def __getitem__(self, name: str) -> Array:
        """Return one assumption."""
        return self.values[name]

    def staffed(self, kiosks: Array, clerks: Array) -> "Samples":
        """Return the same with other numbers of kiosks and clerks."""
        return replace(self, kiosks=kiosks, clerks=clerks)


def samples(rows: list[dict[str, float]], **hours_and_numbers: Array) -> Samples:
    """Return samples of `rows`; a row names what differs from the central assumption, in the unit of its range."""
    told, count = ranges(), len(rows)
    values = {
        name: np.array([row.get(name, about.central) for row in rows]) * _PARTS[about.unit]
        for name, about in told.items()
    }
    usual = {
        "kiosk_hours": np.zeros(count),
        "counter_hours": np.zeros(count),
        "kiosks": np.ones(count),
        "clerks": np.ones(count),
    }
    return Samples(values, **(usual | hours_and_numbers))


def drawn(count: int, seed: int) -> list[dict[str, float]]:
    """Return `count` rows with every assumption drawn between low and high, the central one the likeliest."""
    chance = np.random.default_rng(seed)
    columns = {name: _draw(chance, about, count) for name, about in ranges().items()}
    return [{name: float(column[number]) for name, column in columns.items()} for number in range(count)]


def _draw(chance: np.random.Generator, about: Range, count: int) -> Array:
    if about.low == about.high:
        return np.full(count, about.central)
    return chance.triangular(about.low, about.central, about.high, count)
