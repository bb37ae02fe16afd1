import pytest

from kaijo.web.security import HEADERS, KIOSK_HEADERS, PHONE_HEADERS

from .conftest import Visiting
from .visitor import ORIGIN, Broken, Visitor

PATHS = [
    "/",
    "/phone",
    "/kiosk",
    "/health",
    "/static/tokens.css",
    "/nowhere",
    "/phone/card/0",
    "/cards/signature-locked",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(alone: Visitor, path: str) -> None:
    response = alone.client.get(path)
    expected = {"phone": PHONE_HEADERS, "kiosk": KIOSK_HEADERS}.get(path.split("/")[1], HEADERS)
    assert {name: response.headers.get(name) for name in expected} == expected
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")


def test_camera_is_for_the_phone_alone() -> None:
    assert (HEADERS["Permissions-Policy"], PHONE_HEADERS["Permissions-Policy"]) == ("camera=()", "camera=(self)")
    added = PHONE_HEADERS["Content-Security-Policy"].removeprefix(HEADERS["Content-Security-Policy"])
    assert added == "; script-src 'self'; connect-src 'self'; media-src 'self' blob:"


def test_answer_to_an_unforeseen_fault_carries_them_too(visiting_alone: Visiting) -> None:
    visitor = visiting_alone(table=Broken)
    page = visitor.send(visitor.go("/phone/card"), place="signature-locked")
    assert page.status == 500
    assert {name: page.response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("host", ["kaijo.example", "127.0.0.1.example", "10.0.0.1", "[::1]"])
def test_foreign_host_is_refused(alone: Visitor, host: str) -> None:
    response = alone.client.get("/", headers={"Host": host})
    assert (response.status_code, response.headers.get("Content-Security-Policy")) == (
        400,
        HEADERS["Content-Security-Policy"],
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8300", "localhost", "localhost:8300"])
def test_own_host_is_served(alone: Visitor, host: str) -> None:
    assert alone.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "null"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "none"},
    ],
)
def test_form_from_elsewhere_is_refused(alone: Visitor, headers: dict[str, str]) -> None:
    token = alone.go("/phone/card").forms[0].hidden()
    page = alone.post("/phone/card", {**token, "place": "signature-locked"}, **headers)
    assert (page.status, page.code) == (403, "web.foreign-origin")


def test_form_without_any_origin_is_refused(alone: Visitor) -> None:
    token = alone.go("/phone/card").forms[0].hidden()
    response = alone.client.post("/phone/card", data={**token, "place": "signature-locked"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}]
)
def test_own_form_is_taken(alone: Visitor, headers: dict[str, str]) -> None:
    token = alone.go("/phone/card").forms[0].hidden()
    page = alone.post("/phone/card", {**token, "place": "signature-locked"}, **headers)
    assert (page.status, page.path.startswith("/phone/card/")) == (200, True)


@pytest.mark.parametrize("path", ["/phone/card", "/phone/card/0", "/phone/proof/0", "/kiosk/visits", "/kiosk/visits/0"])
@pytest.mark.parametrize("token", [None, "", "0" * 32, "ロック"])
def test_form_without_our_token_is_refused(alone: Visitor, path: str, token: str | None) -> None:
    page = alone.post(path, {"place": "signature-locked"} | ({} if token is None else {"token": token}))
    assert (page.status, page.code) == (403, "web.stale-form")


def test_token_has_128_bits_and_is_new_at_each_start(visiting_alone: Visiting) -> None:
    first = visiting_alone("fresh").go("/phone/card").forms[0].hidden()["token"]
    second = visiting_alone("moved").go("/phone/card").forms[0].hidden()["token"]
    assert (len(bytes.fromhex(first)), len(bytes.fromhex(second))) == (16, 16)
    assert first != second


def test_large_body_is_refused(alone: Visitor) -> None:
    page = alone.post("/phone/card", {"place": "x" * 5000})
    assert (page.status, page.code) == (413, "web.too-large")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"token=1"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"place=\xff"),
        ("application/x-www-form-urlencoded", b"place=%ff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(41))),
    ],
)
def test_body_that_is_no_form_is_refused(alone: Visitor, kind: str, body: bytes) -> None:
    response = alone.client.post("/phone/card", content=body, headers={"Content-Type": kind, "Origin": ORIGIN})
    assert response.status_code == 400
    assert "web.bad-form" in response.text


def test_language_cookie_is_strict_and_out_of_reach_of_scripts(alone: Visitor) -> None:
    cookie = alone.client.get("/?lang=en").headers["Set-Cookie"].lower()
    assert ("httponly" in cookie, "samesite=strict" in cookie) == (True, True)
