"""The limit of the service: the statements that its store made, once more in a bare loop of the bare driver.

What one walk of one new card did is taken down, parameters and commits included, and played again and again. Every id,
pseudonym and hash in it (they are hexadecimal) becomes another one in each round, the same one everywhere in the round:
so each round is another card, and keys and foreign keys hold as they did.
"""

import hashlib
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event

_HEX = re.compile(r"[0-9a-f]{24,}")
_COMMIT = "commit"
_LOOK = "look"  # not sent: marks a transaction that only reads

Step = tuple[str, Any]


class Recording:
    """The statements of a walk, in parts by name."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Step]] = {}
        self._into: list[Step] | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Take down what happens in the block as the part of that name."""
        self._into = self.parts.setdefault(name, [])
        yield
        self._into = None

    def listen(self) -> None:
        """Hear every statement and commit of this process, from here on."""

        def statement(_connection: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: Any) -> None:
            self._take((text, parameters))

        event.listen(Engine, "before_cursor_execute", statement)

        def begun(connection: Any) -> None:
            if connection.get_execution_options().get("sqlite_readonly"):
                self._take((_LOOK, None))

        event.listen(Engine, "begin", begun)
        event.listen(Engine, "commit", lambda _connection: self._take((_COMMIT, None)))

    def transactions(self, name: str) -> int:
        """Return how many transactions a part has."""
        return sum(text == _COMMIT for text, _ in self.parts[name])

    def looks(self, name: str) -> int:
        """Return how many of them only read."""
        return sum(text == _LOOK for text, _ in self.parts[name])

    def statements(self, name: str) -> int:
        """Return how many statements a part has, without begin and commit."""
        return sum(not text.lower().startswith(("begin", _COMMIT, _LOOK)) for text, _ in self.parts[name])

    def _take(self, step: Step) -> None:
        if self._into is not None:
            self._into.append(step)


def replay(
    recording: Recording,
    database: str,
    rounds: int,
    *,
    first: int = 0,
    watch: Callable[[], float] = time.perf_counter,
) -> Mapping[str, float]:
    """Return the milliseconds by `watch` that each part takes in a bare loop.

    It is the median of `rounds` that count from `first`.

    `database` is a path or an address. No two rounds of one number may come to the same database.
    """
    spent: dict[str, list[float]] = {name: [] for name in recording.parts}
    connection = connect(database)
    cursor = connection.cursor()
    for number in range(first, first + rounds):
        # What a round sends is made ready before its time is taken.
        ready = {
            name: [(text, _other(values, number)) for text, values in part if text != _LOOK]
            for name, part in recording.parts.items()
        }
        for name, part in ready.items():
            began = watch()
            for text, values in part:
                if text == _COMMIT:
                    connection.commit() if isinstance(connection, psycopg.Connection) else cursor.execute(text)
                    continue
                many = isinstance(values, tuple) and bool(values) and isinstance(values[0], (tuple, Mapping))
                (cursor.executemany if many else cursor.execute)(text, values or ())
                if cursor.description is not None:
                    cursor.fetchall()
            spent[name].append((watch() - began) * 1000)
    connection.close()
    return {name: statistics.median(each) for name, each in spent.items()}


def connect(database: str) -> Any:
    """Return a bare connection with the settings that the store asks for."""
    if database.startswith("postgresql:"):
        connection = psycopg.connect(database)
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        return connection
    opened = sqlite3.connect(Path(database), isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        opened.execute(f"pragma {setting}").fetchall()
    return opened


def _other(values: Any, number: int) -> Any:
    if isinstance(values, str):
        return _HEX.sub(lambda found: _hex(found[0], number), values)
    if isinstance(values, Mapping):
        return {name: _other(value, number) for name, value in values.items()}
    if isinstance(values, (list, tuple)):
        return tuple(_other(value, number) for value in values)
    return values


def _hex(text: str, number: int) -> str:
    return hashlib.shake_128(f"{number} {text}".encode()).hexdigest((len(text) + 1) // 2)[: len(text)]
