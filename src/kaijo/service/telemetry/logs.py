"""Log lines: JSON on stderr, one for each event. The last step on the way out drops whatever is not on the closed list.

Libraries have no list of ours: of a line of theirs only library, level and kind of failure are kept, never its text.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

import kaijo
from kaijo.clock import SystemClock
from kaijo.service.telemetry.context import serving
from kaijo.service.telemetry.fields import FIELDS, LIBRARIES, Event, Place

_ROOM: Final = Path(kaijo.__file__).parent
_NAME: Final = "kaijo.service"


class Line(str):
    """A line that went through the last step."""

    __slots__ = ()


def note(event: Event, /, *, level: str = "info", **fields: object) -> None:
    """Write one line. Fields that are not on the closed list, or have a value that is none of theirs, are dropped."""
    getattr(_log, level)(event, **fields)


def note_failure(failure: BaseException) -> None:
    """Write down a failure that nobody foresaw: its kind and where in our code it arose, never what it says."""
    note(Event.UNFORESEEN, level="error", error=type(failure), place=_place(failure.__traceback__))


def to_stderr(stream: TextIO | None = None) -> None:
    """Let every line of this process, libraries' lines included, go to stderr, and nothing else of theirs."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Folded())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_NAME).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda failed: note_failure(failed.exc_value or failed.exc_type())


def _about_the_request(_logger: object, method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    served = serving.get()
    if served is not None:
        fields.setdefault("request", served.id)
    fields["level"] = method
    fields["time"] = SystemClock().now().isoformat(timespec="milliseconds")
    return fields


def redact(_logger: object, _method: str, fields: Mapping[str, Any]) -> Line:
    """Return the line: what is on the closed list and nothing else."""
    kept = {}
    for name, form in FIELDS.items():
        if name in fields and (value := form(fields[name])) is not None:
            kept[name] = value
    return Line(json.dumps(kept))


_log: Final = structlog.wrap_logger(
    logging.getLogger(_NAME), processors=[_about_the_request, redact], wrapper_class=structlog.stdlib.BoundLogger
)


class _Folded(logging.Formatter):
    """Takes lines of ours as they are and makes lines of ours of everybody else's."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, Line):
            return record.msg
        library = record.name.partition(".")[0]
        told: dict[str, object] = {"event": Event.LIBRARY, "library": library if library in LIBRARIES else None}
        told["error"] = record.exc_info[0] if record.exc_info else None
        return redact(None, "", _about_the_request(None, record.levelname.lower(), told))


def _place(trace: TracebackType | None) -> Place | None:
    ours = [frame for frame in traceback.extract_tb(trace) if Path(frame.filename).is_relative_to(_ROOM)]
    if not ours:
        return None
    return Place(f"{Path(ours[-1].filename).relative_to(_ROOM).as_posix()}:{ours[-1].lineno}")
