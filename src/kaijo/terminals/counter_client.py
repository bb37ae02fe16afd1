"""The counter's part of the service's HTTP API, as the counter's terminal sees it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient


class CounterClient:
    """The counter's calls over a service client; each raises as the client does. `token` is what signing in gave."""

    def __init__(self, service: ServiceClient, token: str = "") -> None:
        self._service = service
        self._token = token

    @property
    def url(self) -> str:
        """The service's address."""
        return self._service.url

    def sign_in(self, clerk: str, password: str) -> dict[str, Any]:
        """Sign a clerk in; the answer holds the `token`."""
        return self._post("sign-ins", {"clerk": clerk, "password": password})

    def sign_out(self) -> dict[str, Any]:
        """Sign out."""
        return self._post("sign-out", {})

    def clerks(self) -> dict[str, Any]:
        """Return every clerk."""
        return self._get("counter/clerks")

    def unlock(self, clerk: str) -> dict[str, Any]:
        """Let another clerk in again."""
        return self._post(f"clerks/{clerk}/unlock", {})

    def own_card(self, authentication_certificate: bytes) -> dict[str, Any]:
        """Note that this is the clerk's own card."""
        return self._post("own-card", {"authentication_certificate": _text(authentication_certificate)})

    def take_ticket(self) -> dict[str, Any]:
        """Take a waiting number."""
        return self._post("tickets", {})

    def tickets(self) -> dict[str, Any]:
        """Return today's waiting numbers."""
        return self._get("counter/tickets")

    def call_next(self) -> dict[str, Any]:
        """Call the next number."""
        return self._post("tickets/next", {})

    def finish_ticket(self, number: int) -> dict[str, Any]:
        """Say that a number is done."""
        return self._post(f"tickets/{number}/done", {})

    def checklists(self) -> dict[str, Any]:
        """Return what must be seen of whom at which visit."""
        return self._get("counter/checklists")

    def open_case(
        self,
        *,
        visitor: str,
        visit: int,
        documents: Sequence[str],
        authentication_certificate: bytes,
        reset_state: bytes,
        letter: str | None = None,
        ticket: int | None = None,
    ) -> dict[str, Any]:
        """Open a case for the card that lies there."""
        return self._post(
            "cases",
            {
                "visitor": visitor,
                "visit": visit,
                "documents": list(documents),
                "authentication_certificate": _text(authentication_certificate),
                "reset_state": reset_state.hex(),
                "letter": letter,
                "ticket": ticket,
            },
        )

    def case(self, case_id: str) -> dict[str, Any]:
        """Return a case and how its acts stand."""
        return self._get(f"counter/cases/{case_id}")

    def ask(self, case_id: str, acts: Sequence[tuple[str, PinKind]]) -> dict[str, Any]:
        """Say what is to be done: pairs of act (`reset`, `renew`) and kind."""
        wanted = [{"act": act, "kind": kind.value} for act, kind in acts]
        return self._post(f"cases/{case_id}/acts", {"acts": wanted})

    def approve(self, case_id: str, clerk: str, password: str) -> dict[str, Any]:
        """Let a second clerk agree to what waits for one."""
        return self._post(f"cases/{case_id}/approval", {"clerk": clerk, "password": password})

    def send_letter(self, case_id: str) -> dict[str, Any]:
        """Send the inquiry letter to the holder."""
        return self._post(f"cases/{case_id}/letter", {})

    def close_case(self, case_id: str) -> dict[str, Any]:
        """Close a case."""
        return self._post(f"cases/{case_id}/close", {})

    def begin(self, case_id: str, *, act: str, kind: PinKind, terminal: str) -> dict[str, Any]:
        """Begin an act; the answer is the first command to relay."""
        return self._post(f"cases/{case_id}/sessions", {"act": act, "kind": kind.value, "terminal": terminal})

    def relay(self, session: str, *, step: int, response: bytes) -> dict[str, Any]:
        """Give the card's answer to the service; get the next command, or the word that it is granted or completed."""
        return self._post(f"sessions/{session}/relay", {"step": step, "response": response.hex()})

    def receipt(self, session: str, receipt: bytes) -> dict[str, Any]:
        """Hand in the card's receipt."""
        return self._post(f"sessions/{session}/receipt", {"receipt": receipt.hex()})

    def end(self, session: str) -> dict[str, Any]:
        """End a session; the act can be begun again."""
        return self._post(f"sessions/{session}/end", {})

    def journal(self, day: str | None = None) -> dict[str, Any]:
        """Return the journal of a day in ISO 8601, of today without one."""
        return self._get("counter/journal" if day is None else f"counter/journal?day={day}")

    def operations(self, days: int) -> dict[str, Any]:
        """Return the figures of the last days."""
        return self._get(f"operations?days={days}")

    def _get(self, path: str) -> dict[str, Any]:
        return self._service.call("GET", f"/v1/{path}", token=self._token)

    def _post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return self._service.call("POST", f"/v1/counter/{path}", body, token=self._token)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
