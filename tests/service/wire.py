"""A phone and a kiosk that speak the HTTP contract and nothing else."""

import base64
from typing import Any

from starlette.testclient import TestClient

from kaijo.facts.pins import PinKind
from tests.reset.bench import RESETS, SIGNATURE, Bench, sign

JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def post(client: TestClient, path: str, body: object, status: int) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    content = answer.json()
    assert isinstance(content, dict)
    return content


def reserve(client: TestClient, kind: PinKind = SIGNATURE, status: int = 201) -> dict[str, Any]:
    challenge = post(client, "/v1/challenges", {"purpose": "reserve", "kind": kind.value}, 201)
    proof = "a1" if kind is SIGNATURE else "s1"
    body = {
        "challenge_id": challenge["challenge_id"],
        "kind": kind.value,
        "authentication_certificate": b64(b"a1"),
        "proof_certificate": b64(proof.encode()),
        "signature": b64(sign(proof, base64.b64decode(challenge["message"]))),
        "face": None,
    }
    return post(client, "/v1/reservations", body, status)


def open_session(client: TestClient, status: int = 201, reset_state: bytes | None = None) -> dict[str, Any]:
    body = {
        "kiosk": "kiosk 1",
        "authentication_certificate": b64(b"a1"),
        "reset_state": reset_state.hex() if reset_state else None,
    }
    return post(client, "/v1/kiosk-sessions", body, status)


def prove(client: TestClient, opened: dict[str, Any], status: int = 200) -> dict[str, Any]:
    proof = "a1" if opened["kind"] == "signature" else "s1"
    message = base64.b64decode(opened["message"])
    body = {"proof_certificate": b64(proof.encode()), "signature": b64(sign(proof, message))}
    return post(client, f"/v1/kiosk-sessions/{opened['session_id']}/proof", body, status)


def relay(client: TestClient, bench: Bench, opened: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """Pass messages on until the card has the grant."""
    while step["state"] == "relaying":
        response = bench.card.transmit(bytes.fromhex(step["command"]))
        body = {"step": step["step"], "response": response.hex()}
        step = post(client, f"/v1/kiosk-sessions/{opened['session_id']}/relay", body, 200)
    return step


def reset(bench: Bench, kind: PinKind = SIGNATURE) -> bytes:
    bench.card.transmit(JPKI)
    return bench.card.transmit(RESETS[kind])[:-2]
