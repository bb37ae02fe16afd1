from typing import Any

import pytest
from starlette.testclient import TestClient

COUNTER = {
    "/v1/counter/sign-ins": {"post"},
    "/v1/counter/sign-out": {"post"},
    "/v1/counter/clerks": {"get"},
    "/v1/counter/clerks/{clerk}/unlock": {"post"},
    "/v1/counter/own-card": {"post"},
    "/v1/counter/tickets": {"get", "post"},
    "/v1/counter/tickets/next": {"post"},
    "/v1/counter/tickets/{number}/done": {"post"},
    "/v1/counter/checklists": {"get"},
    "/v1/counter/cases": {"post"},
    "/v1/counter/cases/{case_id}": {"get"},
    "/v1/counter/cases/{case_id}/acts": {"post"},
    "/v1/counter/cases/{case_id}/approval": {"post"},
    "/v1/counter/cases/{case_id}/letter": {"post"},
    "/v1/counter/cases/{case_id}/close": {"post"},
    "/v1/counter/cases/{case_id}/sessions": {"post"},
    "/v1/counter/sessions/{session_id}/relay": {"post"},
    "/v1/counter/sessions/{session_id}/receipt": {"post"},
    "/v1/counter/sessions/{session_id}/end": {"post"},
    "/v1/counter/journal": {"get"},
    "/v1/operations": {"get"},
}
REFUSALS = {"401", "404", "409", "413", "422", "429", "500", "503"}


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    document = client.get("/openapi.json").json()
    assert isinstance(document, dict)
    return document


def test_document_is_openapi_3_1_with_these_paths(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {path: set(methods) for path, methods in document["paths"].items()} == {
        "/health": {"get"},
        "/ready": {"get"},
        "/v1/challenges": {"post"},
        "/v1/reservations": {"post"},
        "/v1/reservations/state": {"post"},
        "/v1/reservations/cancel": {"post"},
        "/v1/face-checks": {"post"},
        "/v1/face-checks/{check_id}/guidance": {"post"},
        "/v1/face-checks/{check_id}/poses": {"post"},
        "/v1/face-checks/{check_id}/decision": {"post"},
        "/v1/kiosk-sessions": {"post"},
        "/v1/kiosk-sessions/{session_id}/proof": {"post"},
        "/v1/kiosk-sessions/{session_id}/relay": {"post"},
        "/v1/kiosk-sessions/{session_id}/receipt": {"post"},
        "/v1/kiosk-sessions/{session_id}/extend": {"post"},
        "/v1/kiosk-sessions/{session_id}/end": {"post"},
        "/v1/terminals": {"post"},
        "/v1/terminals/own": {"get"},
        **COUNTER,
    }


def test_every_operation_has_both_languages_and_describes_its_refusals(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert " · " in operation["summary"]
            if path.startswith("/v1"):
                refusals = {code: answer for code, answer in operation["responses"].items() if code >= "400"}
                assert set(refusals) == REFUSALS
                for answer in refusals.values():
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}
                    assert " · " in answer["description"]


def test_every_request_is_closed_and_every_text_in_it_bounded(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    requests = {name: schema for name, schema in schemas.items() if name.endswith("Request")}
    assert len(requests) == 22
    for schema in requests.values():
        assert schema["additionalProperties"] is False
        for field in schema.get("properties", {}).values():
            for choice in field.get("anyOf", [field]):
                assert choice.get("type") != "string" or "maxLength" in choice or "enum" in choice or "const" in choice
