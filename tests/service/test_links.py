"""Every link of the OpenAPI document leads from a field that is there to a call that takes it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from kaijo.service.links import LINKS

METHODS = ("get", "post")


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    document = client.get("/openapi.json").json()
    assert isinstance(document, dict)
    return document


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from (methods[method] for method in METHODS if method in methods)


def fields(document: dict[str, Any], holder: dict[str, Any]) -> set[str]:
    """Return the fields of a request's or an answer's body."""
    if "content" not in holder:
        return set()
    name = holder["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    return set(document["components"]["schemas"][name].get("properties", ()))


def test_every_link_takes_what_is_there_to_a_call_that_wants_it(document: dict[str, Any]) -> None:
    by_id = {operation["operationId"]: operation for operation in operations(document)}
    found = 0
    for operation in by_id.values():
        (answer,) = (answer for status, answer in operation["responses"].items() if status < "300")
        sources = {
            "$response.body#/": fields(document, answer),
            "$request.body#/": fields(document, operation.get("requestBody", {})),
            "$request.path.": {one["name"] for one in operation.get("parameters", ())},
            "$request.header.": {one["name"] for one in operation.get("parameters", ())},
        }
        for link in answer.get("links", {}).values():
            found += 1
            target = by_id[link["operationId"]]
            wanted = {one["name"] for one in target.get("parameters", ())}
            assert {name.rsplit(".", 1)[-1] for name in link.get("parameters", {})} <= wanted
            assert set(link.get("requestBody", {})) <= fields(document, target.get("requestBody", {}))
            for value in (*link.get("parameters", {}).values(), *link.get("requestBody", {}).values()):
                source, name = re.search(r"(\$[a-z.]+(?:#/|\.))(\w+)\}?$", value).groups()  # type: ignore[union-attr]
                assert name in sources[source], (operation["operationId"], value)
    assert found == sum(map(len, LINKS.values()))


def test_document_is_the_same_every_time(document: dict[str, Any], client: TestClient) -> None:
    assert client.get("/openapi.json").json() == document
