"""Hostile bodies to paths of an API: any bytes at all, or a good body of which one field has another value."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.testclient import TestClient

from fuzz.tape import Tape
from fuzz.told import demand
from kaijo.service.store.database import SqlStore

_IN_BASE64 = 128

Good = tuple[str, dict[str, Any]]
"""A path, in which a brace pair stands for one more hostile byte, and the body that it takes."""


class Stage:
    """A store in memory that is put back to how it was set, so that an input means the same whatever came before."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._set = self._connection().serialize()

    def again(self) -> None:
        """Put it back."""
        self._connection().deserialize(self._set)

    def _connection(self) -> Any:
        with self._store.begin() as records:
            return records.connection.connection.driver_connection


def written(tape: Tape, bodies: Sequence[Good]) -> tuple[str, bytes]:
    """Return a path and a body as the tape has them."""
    path, good = bodies[tape.byte() % len(bodies)]
    path, how = path.format(tape.byte()), tape.byte()
    body = json.dumps(_changed(good, how, tape)).encode() if how and good else tape.rest()
    return path, body


def _changed(good: dict[str, Any], how: int, tape: Tape) -> dict[str, Any]:
    """Return the body with another value in one field, or in a field of that field; bytes may come in base64."""
    field = list(good)[how % len(good)]
    inside = good[field]
    if isinstance(inside, dict):
        return good | {field: _changed(inside, tape.byte(), tape)}
    value = base64.b64encode(tape.rest()).decode() if how >= _IN_BASE64 else tape.value()
    return good | {field: value}


def post(client: TestClient, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Send it. Raises BrokenPromise for an internal fault, and for a refusal without words in both languages."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    answer = client.post(path, content=body, headers=sent)
    demand(answer.status_code < 500, "no body is an internal fault")
    content = answer.json()
    demand(answer.is_success or set(content["messages"]) == {"ja", "en"}, "every refusal has words")
