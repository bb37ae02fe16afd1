"""A counter that speaks the HTTP contract and nothing else."""

from typing import Any

from starlette.testclient import TestClient

from kaijo.facts.pins import PinKind
from tests.reset.counter.bench import NEW_PINS, ONE, PASSWORDS, CounterBench

from .wire import b64

_KINDS = {PinKind.SIGNATURE, PinKind.AUTHENTICATION}


class Wire:
    """One terminal at the counter, with a clerk signed in."""

    def __init__(self, client: TestClient, bench: CounterBench) -> None:
        self.client = client
        self.bench = bench
        self.token = ""

    def post(self, path: str, body: object = None, status: int = 200) -> dict[str, Any]:
        return self.call("POST", f"/v1/counter/{path}", body or {}, status)

    def get(self, path: str, status: int = 200) -> dict[str, Any]:
        return self.call("GET", f"/v1/{path}", None, status)

    def call(self, method: str, path: str, body: object, status: int) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        content = answer.json()
        assert isinstance(content, dict)
        return content

    def sign_in(self, clerk: str = ONE) -> None:
        made = self.post("sign-ins", {"clerk": clerk, "password": PASSWORDS[clerk]}, 201)
        self.token = made["token"]

    def papers(self, visitor: str = "holder", visit: int = 1, letter: str | None = None) -> dict[str, object]:
        listed = self.get("counter/checklists")["checklists"]
        wanted = next(one for one in listed if (one["visitor"], one["visit"]) == (visitor, visit))
        return {
            "visitor": visitor,
            "visit": visit,
            "documents": wanted["documents"],
            "authentication_certificate": b64(self.bench.certificate()),
            "reset_state": self.bench.reset_state().encode().hex(),
            "letter": letter,
            "ticket": None,
        }

    def open(self, visitor: str = "holder", visit: int = 1, letter: str | None = None) -> str:
        return str(self.post("cases", self.papers(visitor, visit, letter), 201)["case_id"])

    def ask(self, case: str, act: str, kind: PinKind) -> list[dict[str, Any]]:
        acts = self.post(f"cases/{case}/acts", {"acts": [{"act": act, "kind": kind.value}]})["acts"]
        assert isinstance(acts, list)
        return acts

    def carry(self, case: str, act: str, kind: PinKind) -> tuple[str, dict[str, Any]]:
        """Begin an act and relay until nothing is left to relay."""
        body = {"act": act, "kind": kind.value, "terminal": "counter-1"}
        step = self.post(f"cases/{case}/sessions", body, 201)
        session = str(step["session_id"])
        while step["state"] == "relaying":
            response = self.bench.card.transmit(bytes.fromhex(step["command"]))
            step = self.post(f"sessions/{session}/relay", {"step": step["step"], "response": response.hex()})
        return session, step

    def reset(self, case: str, kind: PinKind) -> dict[str, Any]:
        session, _ = self.carry(case, "reset", kind)
        receipt = self.bench.guard().reset(kind, NEW_PINS[kind])
        return self.post(f"sessions/{session}/receipt", {"receipt": receipt.encode().hex()})
