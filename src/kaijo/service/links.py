"""What follows what, as links of the OpenAPI document: which answer gives what to which call."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

_SIGNED_IN: Final = "Bearer {$response.body#/token}"
_STILL_SIGNED_IN: Final = "$request.header.authorization"
_KIOSK: Final = "/v1/kiosk-sessions/{session_id}"
_CASE: Final = "/v1/counter/cases/{case_id}"
_AT_COUNTER: Final = "/v1/counter/sessions/{session_id}"
_FACE: Final = "/v1/face-checks/{check_id}"

_SESSION: Final = {"session_id": "$response.body#/session_id"}
_SAME_SESSION: Final = {"session_id": "$request.path.session_id"}
_SAME_CASE: Final = {"case_id": "$request.path.case_id"}
_CHECK: Final = {"check_id": "$response.body#/face_check_id"}
_SAME_CHECK: Final = {"check_id": "$request.path.check_id"}
_ASKED: Final = {"challenge_id": "$response.body#/challenge_id", "kind": "$request.body#/kind"}
_CANCEL: Final = {"token": "$response.body#/cancel_token"}

Link = tuple[str, dict[str, str], dict[str, str]]
"""The call that may follow, what its path and header get, and what its body gets."""

LINKS: Final[dict[str, tuple[Link, ...]]] = {
    "/v1/challenges": (("/v1/reservations", {}, _ASKED), ("/v1/face-checks", {}, _ASKED)),
    "/v1/face-checks": ((f"{_FACE}/guidance", _CHECK, {}), (f"{_FACE}/poses", _CHECK, {})),
    f"{_FACE}/poses": ((f"{_FACE}/decision", _SAME_CHECK, {"nonce": "$response.body#/nonce"}),),
    "/v1/reservations": (("/v1/reservations/state", {}, _CANCEL), ("/v1/reservations/cancel", {}, _CANCEL)),
    "/v1/kiosk-sessions": ((f"{_KIOSK}/proof", _SESSION, {}), (f"{_KIOSK}/end", _SESSION, {})),
    f"{_KIOSK}/proof": (
        (f"{_KIOSK}/relay", _SAME_SESSION, {"step": "$response.body#/step"}),
        (f"{_KIOSK}/end", _SAME_SESSION, {}),
    ),
    f"{_KIOSK}/relay": (
        (f"{_KIOSK}/relay", _SAME_SESSION, {"step": "$response.body#/step"}),
        (f"{_KIOSK}/receipt", _SAME_SESSION, {}),
        (f"{_KIOSK}/end", _SAME_SESSION, {}),
    ),
    "/v1/counter/sign-ins": tuple(
        (path, {"header.authorization": _SIGNED_IN}, {})
        for path in (
            "/v1/counter/sign-out",
            "/v1/counter/own-card",
            "/v1/counter/tickets/next",
            "/v1/counter/cases",
            "GET /v1/counter/clerks",
            "GET /v1/counter/journal",
            "GET /v1/operations",
        )
    ),
    "/v1/counter/cases": tuple(
        (path, {"case_id": "$response.body#/case_id", "header.authorization": _STILL_SIGNED_IN}, {})
        for path in (f"GET {_CASE}", f"{_CASE}/acts", f"{_CASE}/letter", f"{_CASE}/close")
    ),
    f"{_CASE}/acts": tuple(
        (path, {**_SAME_CASE, "header.authorization": _STILL_SIGNED_IN}, {})
        for path in (f"{_CASE}/approval", f"{_CASE}/sessions", f"{_CASE}/close")
    ),
    f"{_CASE}/sessions": (
        (
            f"{_AT_COUNTER}/relay",
            {**_SESSION, "header.authorization": _STILL_SIGNED_IN},
            {"step": "$response.body#/step"},
        ),
        (f"{_AT_COUNTER}/end", {**_SESSION, "header.authorization": _STILL_SIGNED_IN}, {}),
    ),
    f"{_AT_COUNTER}/relay": (
        (
            f"{_AT_COUNTER}/relay",
            {**_SAME_SESSION, "header.authorization": _STILL_SIGNED_IN},
            {"step": "$response.body#/step"},
        ),
        (f"{_AT_COUNTER}/receipt", {**_SAME_SESSION, "header.authorization": _STILL_SIGNED_IN}, {}),
    ),
    "/v1/counter/tickets/next": (
        (
            "/v1/counter/tickets/{number}/done",
            {"number": "$response.body#/number", "header.authorization": _STILL_SIGNED_IN},
            {},
        ),
    ),
}


class LinkedAPI(FastAPI):
    """An application whose OpenAPI document says what may follow each answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, the same one every time."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, links in LINKS.items():
                answer = _good_answer(_operation(document, path))
                answer["links"] = dict(_described(document, links))
        return super().openapi()


def _described(document: dict[str, Any], links: tuple[Link, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, parameters, body in links:
        operation = _operation(document, path)
        link: dict[str, Any] = {"operationId": operation["operationId"], "description": operation["summary"]}
        if parameters:
            link["parameters"] = parameters
        if body:
            link["requestBody"] = body
        yield operation["operationId"], link


def _operation(document: dict[str, Any], call: str) -> dict[str, Any]:
    method, _, path = call.rpartition(" ")
    found: dict[str, Any] = document["paths"][path][method.lower() or "post"]
    return found


def _good_answer(operation: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, dict[str, Any]] = operation["responses"]
    return next(answer for status, answer in answers.items() if status < "300")
