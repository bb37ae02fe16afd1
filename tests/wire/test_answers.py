"""Errors of the framework become ours, and no answer shows what somebody sent."""

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kaijo.wire.answers import bad_request, body_of, http_problem, internal
from kaijo.words import LANGS


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "service.not-found"),
        (405, "service.method-not-allowed"),
        (400, "service.bad-request"),
        (500, "service.internal"),
    ],
)
def test_status_of_the_framework_has_a_code_of_ours(status: int, code: str) -> None:
    assert http_problem(HTTPException(status)).code == code


def test_fields_are_named_in_bounds_and_their_values_are_not() -> None:
    wrong = [{"loc": ("body", f"{number}" + "n" * 60), "input": "1234"} for number in range(20)]
    error = bad_request(RequestValidationError([*wrong, {"loc": ("body",), "input": "1234"}]))
    fields = error.diagnostics()["data"]["fields"]  # type: ignore[index]
    assert (len(fields), max(map(len, fields))) == (8, 40)
    assert "1234" not in str(body_of(error))


def test_body_has_the_sentences_of_every_language() -> None:
    messages = body_of(internal())["messages"]
    assert isinstance(messages, dict)
    assert [*messages] == [*LANGS]
    assert all(messages[lang]["title"] for lang in LANGS)
