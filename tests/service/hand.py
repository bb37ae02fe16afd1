"""A hand that puts something true into made-up requests: what only a card, its holder or a clerk could know.

Without it nothing would get past the first refusal. Each scenario begins with a new service and the same hand, so
that whatever went wrong goes wrong again, and a scenario begun twice goes the same way twice.
"""

import base64
import json
from collections.abc import Callable
from typing import Any
from zlib import crc32

from starlette.types import ASGIApp, Receive, Scope, Send

from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import documents
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.clerks import add_clerk, sign_in
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from tests.reset.bench import RESETS, SIGNATURE, Bench, sign

from .wire import JPKI, b64

CLERK, PASSWORD = "practice-clerk-1", "first clerk's words"
_LEFT_ALONE = 4  # one request in so many goes out as it was made up
Body = dict[str, Any]


class Hand:
    """An application that is a new service in each scenario, and the card, the holder and the clerk beside it."""

    def __init__(self) -> None:
        self.calls = 0
        self.answered: dict[tuple[str, int], int] = {}
        self.begin()

    def begin(self) -> None:
        """Begin a new scenario: a new service that knows nothing, its limits unspent."""
        self._step = 0
        self._bench = Bench(store=SqlStore(None))
        add_clerk(self._bench.desk, CLERK, PASSWORD)
        self._bearer = f"Bearer {sign_in(self._bench.desk, clerk_id=CLERK, password=PASSWORD).token}"
        self._service: ASGIApp = create_app(desk=self._bench.desk, practice=True)
        self._messages: dict[str, bytes] = {}
        self._kinds: dict[str, PinKind] = {}
        self._commands: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._service(scope, receive, send)

    def help(self, path: str, target: str, headers: dict[str, str] | None, body: Any) -> None:
        """Change a request before it goes out; `target` is the path with its values."""
        self._step += 1
        if crc32(f"{self._step} {path}".encode()) % _LEFT_ALONE == 0:
            return
        if headers is not None:
            headers.pop("Kaijo-Terminal", None)
            if "authorization" in headers:
                headers["authorization"] = self._bearer
        if isinstance(body, dict):
            last = path.rsplit("/", 1)[-1].replace("-", "_")
            helper: Callable[[str, Body], None] | None = getattr(self, f"_help_{last}", None)
            if helper is not None:
                helper(target, body)

    def hear(self, path: str, target: str, status: int, content: bytes) -> None:
        """Remember what the service said."""
        self.calls += 1
        self.answered[path, status] = self.answered.get((path, status), 0) + 1
        if status >= 300 or not content.startswith(b"{"):
            return
        said = json.loads(content)
        session = str(said.get("session_id") or (target.split("/")[-2] if "sessions/" in target else ""))
        if "message" in said:
            self._messages[said.get("challenge_id") or session] = base64.b64decode(said["message"])
        if "kind" in said:
            self._kinds[session] = PinKind(said["kind"])
        if said.get("command"):
            self._commands[session] = said["command"]

    def _signature(self, about: str, kind: PinKind) -> tuple[str, str]:
        proof = "a1" if kind is SIGNATURE else "s1"
        return b64(proof.encode()), b64(sign(proof, self._messages.get(about, b"")))

    def _help_reservations(self, _target: str, body: Body) -> None:
        try:
            kind = PinKind(body.get("kind"))
        except ValueError:
            return
        body["authentication_certificate"], body["face"] = b64(b"a1"), None
        body["proof_certificate"], body["signature"] = self._signature(str(body.get("challenge_id")), kind)

    def _help_kiosk_sessions(self, _target: str, body: Body) -> None:
        body.update(kiosk="kiosk 1", authentication_certificate=b64(b"a1"))
        body["reset_state"] = self._bench.reset_state().encode().hex()

    def _help_proof(self, target: str, body: Body) -> None:
        session = target.split("/")[-2]
        kind = self._kinds.get(session, SIGNATURE)
        body["proof_certificate"], body["signature"] = self._signature(session, kind)

    def _help_relay(self, target: str, body: Body) -> None:
        command = self._commands.get(target.split("/")[-2])
        if command is not None:
            body["response"] = self._bench.card.transmit(bytes.fromhex(command)).hex()

    def _help_receipt(self, target: str, body: Body) -> None:
        kind = self._kinds.get(target.split("/")[-2], SIGNATURE)
        self._bench.card.transmit(JPKI)
        answer = self._bench.card.transmit(RESETS.get(kind, RESETS[SIGNATURE]))
        if answer[-2:] == b"\x90\x00":
            body["receipt"] = answer[:-2].hex()

    def _help_cases(self, _target: str, body: Body) -> None:
        body.update(visitor="holder", visit=1, letter=None, ticket=None, reset_state=None)
        body.update(documents=list(documents(Visitor.HOLDER, 1)), authentication_certificate=b64(b"a1"))

    def _help_sessions(self, _target: str, body: Body) -> None:
        body.update(terminal="counter-1", act="reset", kind=SIGNATURE.value)

    def _help_acts(self, _target: str, body: Body) -> None:
        body["acts"] = [{"act": "reset", "kind": SIGNATURE.value}]
