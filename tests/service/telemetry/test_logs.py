"""Whatever is planted into a line, from wherever: only what is on the closed list comes out."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kaijo.service.telemetry.fields import FIELDS, Event, RequestId, Route
from kaijo.service.telemetry.logs import note, note_failure, to_stderr
from tests.support.canary import found

CANARIES = ("KANARIE7", "4471", "1F2E3D4C5B6A7988", "解除花子", "ya29.A0ARrdaM-token", "ab12" * 16)


class Lines:
    """What was written, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def take(self) -> list[dict[str, Any]]:
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    made = Lines()
    to_stderr(made.stream)
    yield made
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_line_has_time_level_and_what_was_told(lines: Lines) -> None:
    note(Event.REQUEST, method="POST", route=Route("/v1/x/{id}"), status=409, milliseconds=3.5, code="reset.in-use")
    (line,) = lines.take()
    assert line.pop("time")[-6:] == "+09:00"
    assert line == {
        "level": "info", "event": "request", "method": "POST", "route": "/v1/x/{id}", "status": 409,
        "milliseconds": 3.5, "code": "reset.in-use",
    }  # fmt: skip


@pytest.mark.parametrize("canary", CANARIES)
def test_canary_in_any_field_is_dropped(lines: Lines, canary: str) -> None:
    planted = {name: canary for name in FIELDS if name not in {"time", "level", "event"}}
    note(Event.REQUEST, **planted, pin=canary, serial=canary, exc_info=ValueError(canary), stack_info=canary)
    note(Event.REQUEST, **{name: [canary] for name in planted}, **{canary: canary})  # type: ignore[arg-type]
    assert [sorted(line) for line in lines.take()] == [["event", "level", "time"]] * 2


@pytest.mark.parametrize("canary", CANARIES)
def test_canary_in_an_exception_is_dropped_and_its_place_is_told(lines: Lines, canary: str) -> None:
    try:
        int(f"x{canary}")
    except ValueError as failure:
        note_failure(failure)
    logging.getLogger("uvicorn.error").error("failed with %s", canary, exc_info=ValueError(canary))
    logging.getLogger(canary).error(canary)
    logging.getLogger("kaijo.service").error(canary)
    worker = threading.Thread(target=int, args=(f"x{canary}",))
    worker.start()
    worker.join()
    written = lines.stream.getvalue()
    assert [line.get("error") for line in lines.take()] == ["ValueError", "ValueError", None, None, "ValueError"]
    assert found(canary, written.encode()) == []


def test_place_of_a_failure_in_our_code_is_module_and_line(lines: Lines) -> None:
    try:
        getattr(RequestId("a"), "nothing")  # noqa: B009 -- outside our code: no place
    except AttributeError as failure:
        note_failure(failure)
    try:
        FIELDS["event"].nothing  # type: ignore[attr-defined] # noqa: B018 -- the same
    except AttributeError as failure:
        note_failure(failure)
    try:
        note("no event")  # type: ignore[arg-type]
        note(Event.REQUEST, level="no such level")
    except AttributeError as failure:
        note_failure(failure)
    told = lines.take()
    assert [line.get("place", "none").split(":")[0] for line in told] == [
        "none", "none", "none", "service/telemetry/logs.py",
    ]  # fmt: skip
