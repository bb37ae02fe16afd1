"""Whether a reservation costs more the more of them are stored: the curve from a thousand to ten million.

    python bench/stored.py [--most N] [--rounds N] [--engine sqlite|postgresql] [--json] [--write docs/benchmarks.md]

The statements of one reservation and one kiosk session are recorded from the service's own store and played again in a
bare loop, each round for another card, into a database that already holds so many used reservations of other cards.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from _page import table, write
from _postgres import postgres
from _replay import connect, replay
from load import KIND, NIGHT, PARTS, holders, record

from kaijo import app

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_SPACE, _BATCH = 16**64, 50_000
_MADE = int(NIGHT.timestamp()) * 1_000_000
_COLUMNS = "pseudonym, id, kind, challenge, state, slot, made_at, expires_at, replaced_older, used_at"


def fill(database: str, begun: int, size: int) -> None:
    """Bring the stored reservations from `begun` to `size`, spread evenly over all pseudonyms there can be."""
    rows = _rows(begun, size)
    connection = connect(database)
    if isinstance(connection, psycopg.Connection):
        with connection.cursor().copy(f"COPY reservations ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE reservations")
    else:
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        connection.execute("pragma foreign_keys=OFF")
        while batch := list(islice(rows, _BATCH)):
            connection.execute("begin immediate")
            connection.executemany(f"insert into reservations ({_COLUMNS}) values ({marks})", batch)  # noqa: S608
            connection.execute("commit")
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    connection.close()


def _rows(begun: int, size: int) -> Iterator[tuple[Any, ...]]:
    # In the order of their keys, so that ten million are stored in minutes. Each filling has a grid of its own.
    number = size - begun
    for place in range(number):
        pseudonym = f"{(place * 2 + 1) * (_SPACE // (number * 2 + 1)) + size:064x}"
        yield (pseudonym, pseudonym[:32], KIND.value, pseudonym, "used", None, _MADE, _MADE, False, _MADE)


def measure(engine: str, *, most: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return for each number of stored reservations the milliseconds of both halves."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["KAIJO_HOME"] = str(folder)
        database = stack.enter_context(postgres()) if engine == "postgresql" else str(folder / "stored.sqlite3")
        recording, _ = record(holders(1)[0], database, app.make_folder(folder / "service"))
        replay(recording, database, rounds)
        figures: dict[str, dict[str, float]] = {}
        begun = 0
        for turn, size in enumerate((size for size in SIZES if size <= most), 1):
            fill(database, begun, size)
            begun = size
            replay(recording, database, rounds // 4, first=2 * turn * rounds)  # what is new to the caches is no curve
            figures[str(size)] = dict(replay(recording, database, rounds, first=(2 * turn + 1) * rounds))
    return figures


def page_part(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the curves as Markdown."""
    rows = []
    for engine, curve in figures.items():
        least = next(iter(curve.values()))
        for size, spent in curve.items():
            cells = [cell for name in PARTS for cell in (f"{spent[name]:.2f}", f"{spent[name] / least[name]:.2f}")]
            rows.append([f"{engine}, {int(size):,}", *cells])
    head = ["stored reservations", *(text for name in PARTS for text in (f"{name}, ms", "ratio to the first"))]
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    engines = (chosen.engine,) if chosen.engine else ("sqlite", "postgresql")
    figures = {engine: measure(engine, most=chosen.most, rounds=chosen.rounds) for engine in engines}
    if chosen.write:
        write(chosen.write, "stored", page_part(figures))
    print(json.dumps(figures, indent=2) if chosen.json else page_part(figures))


if __name__ == "__main__":
    main()
