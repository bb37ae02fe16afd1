"""A case on the clerk's side: what is to be done, the second clerk, and how it stands. No PIN is ever typed here."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import KaijoError, Refused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.facts.usable import certificate_usable
from kaijo.terminals.counter import RENEW, RESET
from kaijo.web.counter.memory import Memory, Opened
from kaijo.web.site import Fields, see_other

_RENEWABLE = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)  # the other two have no certificate


class CasePages:
    """The clerk's side of a case."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        here = "/counter/cases/{key}"
        return [
            self._site.get(here, self._case),
            self._site.post(f"{here}/acts", self._ask),
            self._site.post(f"{here}/approval", self._approve),
            self._site.post(f"{here}/renew", self._renew),
            self._site.post(f"{here}/letter", self._letter),
            self._site.post(f"{here}/close", self._close),
            *(
                self._site.get(f"{here}/{path}", self._to_case)
                for path in ("acts", "approval", "renew", "letter", "close")
            ),
        ]

    def _case(self, request: Request) -> Response:
        return self._page(request, None)

    def _page(self, request: Request, refused: KaijoError | None) -> Response:
        opened = self._memory.opened(request)
        case = opened.work.client.case(opened.case_id)
        acts = [_shown(one) for one in case["acts"]]
        return self._site.render(
            request,
            "counter/case.html",
            422 if refused else 200,
            here=_here(request),
            opened=opened,
            case=case,
            expires_at=datetime.fromisoformat(case["expires_at"]),
            over=case["closed_at"] is not None,
            letter_visit=case["visitor"] == "proxy" and case["visit"] == 1,
            acts=acts,
            resets=[kind for kind in PinKind if not _has(acts, RESET, kind)],
            renewals=[kind for kind in _RENEWABLE if not _has(acts, RENEW, kind)],
            has_signature=case["has_signature"],
            usable=certificate_usable(self._site.clock.now()),
            ready=any((one["act"], one["state"]) == (RESET, "ready") for one in acts),
            waiting=[one for one in acts if one["state"] == "needs-second"],
            refused=refused,
        )

    def _ask(self, request: Request, fields: Fields) -> Response:
        opened = self._memory.opened(request)
        # Certificates first: a card whose certificate is new is what its PIN is for.
        wanted = [(act, kind) for act in (RENEW, RESET) for kind in PinKind if f"{act}-{kind.value}" in fields]
        if wanted:
            opened.work.client.ask(opened.case_id, wanted)
        return see_other(_here(request))

    def _approve(self, request: Request, fields: Fields) -> Response:
        opened = self._memory.opened(request)
        try:
            opened.work.client.approve(opened.case_id, fields.get("clerk", ""), fields.get("password", ""))
        except Refused as refused:
            if refused.code == "counter.not-signed-in":
                raise
            return self._page(request, refused)
        except UsageProblem:
            return self._page(request, Refused("counter.wrong-sign-in"))
        return see_other(_here(request))

    def _renew(self, request: Request, fields: Fields) -> Response:
        opened = self._memory.opened(request)
        kind = next((one for one in _RENEWABLE if one.value == fields.get("kind")), None)
        if kind is None:
            raise UsageProblem("web.bad-form")
        try:
            self._memory.renew(opened, kind)
        except Refused as refused:
            if refused.code != "counter.done-already":  # the card's receipt has just settled it
                raise
        return see_other(_here(request))

    def _letter(self, request: Request, _fields: Fields) -> Response:
        opened = self._memory.opened(request)
        sent = opened.work.client.send_letter(opened.case_id)
        return self._site.render(request, "counter/letter.html", code=_grouped(sent.get("code")))

    def _close(self, request: Request, _fields: Fields) -> Response:
        opened = self._memory.opened(request)
        case = opened.work.client.close_case(opened.case_id)
        if case["ticket"] is not None:
            opened.work.client.finish_ticket(case["ticket"])
        return see_other(_here(request))

    @staticmethod
    def _to_case(request: Request) -> Response:
        return see_other(_here(request))


def ready_resets(opened: Opened) -> list[PinKind]:
    """Return the kinds whose new PIN the holder may type now."""
    case = opened.work.client.case(opened.case_id)
    if case["closed_at"] is not None:
        return []
    return [PinKind(one["kind"]) for one in case["acts"] if (one["act"], one["state"]) == (RESET, "ready")]


def _here(request: Request) -> str:
    return f"/counter/cases/{request.path_params['key']}"


def _shown(act: dict[str, Any]) -> dict[str, Any]:
    done_at = None if act["done_at"] is None else datetime.fromisoformat(act["done_at"])
    usable = certificate_usable(done_at) if done_at is not None and act["act"] == RENEW else None
    return act | {"done_at": done_at, "usable": usable, "kind": PinKind(act["kind"])}


def _has(acts: list[dict[str, Any]], act: str, kind: PinKind) -> bool:
    return any((one["act"], one["kind"]) == (act, kind) for one in acts)


def _grouped(code: object) -> str | None:
    return None if not isinstance(code, str) else " ".join(code[at : at + 4] for at in range(0, len(code), 4))
