"""The closed list of what a log line may hold: events by name, and for every field the values that it can have.

A field is recognised by type or by membership, never by the look of a text: a PIN looks like many things.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from kaijo.words import catalogue


class Event(Enum):
    """Everything that a line can tell of."""

    STARTED = "service-started"
    STOPPING = "service-stopping"
    STOPPED = "service-stopped"
    REQUEST = "request"
    NOT_READY = "not-ready"
    UNFORESEEN = "unforeseen"
    LIBRARY = "library"


class RequestId(str):
    """An id that this process gave to a request: 16 hexadecimal digits."""

    __slots__ = ()


class Route(str):
    """The template of a path as the API declares it, with names where ids and numbers stand."""

    __slots__ = ()


class Place(str):
    """Where in our own code something happened: module and line."""

    __slots__ = ()


LEVELS: Final = frozenset({"debug", "info", "warning", "error", "critical"})
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE"})
LIBRARIES: Final = frozenset({"uvicorn", "asyncio", "sqlalchemy", "starlette", "fastapi", "py", "psycopg"})
CHECKS: Final = frozenset({"running", "database", "keys", "revocation", "clock"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")
_VERSION: Final = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}")
_MOST_MILLISECONDS: Final = 3_600_000
_MOST_PORT: Final = 65_535


def _member(of: frozenset[str]) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, str) and value in of else None


def _one_of(*kinds: type[str]) -> Callable[[object], object]:
    return lambda value: str(value) if type(value) in kinds else None


def _spelled(form: re.Pattern[str]) -> Callable[[object], object]:
    return lambda value: value if isinstance(value, str) and form.fullmatch(value) else None


def _number(least: int, most: int) -> Callable[[object], object]:
    return lambda value: value if type(value) in (int, float) and least <= value <= most else None  # type: ignore[operator]


def _event(value: object) -> object:
    return value.value if isinstance(value, Event) else None


def _kind(value: object) -> object:
    return value.__name__ if isinstance(value, type) and issubclass(value, BaseException) else None


def _code(value: object) -> object:
    return value if isinstance(value, str) and value in catalogue() else None


FIELDS: Final[Mapping[str, Callable[[object], object]]] = {
    "time": _spelled(_TIME),
    "level": _member(LEVELS),
    "event": _event,
    "request": _one_of(RequestId),
    "method": _member(METHODS),
    "route": _one_of(Route),
    "status": _number(100, 599),
    "milliseconds": _number(0, _MOST_MILLISECONDS),
    "code": _code,
    "check": _member(CHECKS),
    "error": _kind,
    "place": _one_of(Place),
    "library": _member(LIBRARIES),
    "version": _spelled(_VERSION),
    "port": _number(1, _MOST_PORT),
}
"""Every field with what makes of its value what is written; None says that this is no value of that field."""
