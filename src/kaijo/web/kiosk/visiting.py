"""One visit to the kiosk. It has one address; what is shown there is what is true of it at that moment."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kaijo.errors import GuardRefused, KaijoError, Refused
from kaijo.facts.lifetimes import kiosk_session_most
from kaijo.sheets.kiosk_slip import kiosk_slip
from kaijo.web.entries import Wrong
from kaijo.web.failures import status_of
from kaijo.web.kiosk.acts import Acts
from kaijo.web.kiosk.machine import Machine, Over
from kaijo.web.kiosk.visits import Asking, Choosing, Failed, Finished, Stage, Way
from kaijo.web.languages import lang_of
from kaijo.web.site import Fields, see_other
from kaijo.words import Lang, Message, catalogue, explain, message

_HERE_LIMIT = 0
_GOES_TO = {"phone": "/phone", "counter": "/counter"}
_OK, _WRONG = 200, 422


class VisitPages:
    """The pages of a visit."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._site = machine.site
        self._acts = Acts(machine)
        self._steps: Mapping[str, Callable[[Request, Fields, Stage], Response]] = {
            "last": self._last,
            "proof": self._proof,
            "new": self._new,
            "change": self._change,
            "write": partial(self._write, trial=False),
            "write-and-try": partial(self._write, trial=True),
            "more": self._more,
            "leave": self._leave,
        }

    def routes(self) -> list[Route]:
        """Return the routes."""
        visit = "/kiosk/visits/{key}"
        return [
            self._site.get("/kiosk/visits", lambda _request: see_other("/kiosk")),
            self._site.post("/kiosk/visits", self._open),
            self._site.get(visit, self._show),
            self._site.post(visit, self._step),
            self._site.get(f"{visit}/idle", self._idle),
            self._site.post_bytes(f"{visit}/here", _HERE_LIMIT, self._here),
            self._site.get(f"{visit}/slip.pdf", self._slip),
        ]

    def _open(self, request: Request, fields: Fields) -> Response:
        with self._machine.lock:
            self._machine.end()
            stage = self._acts.read(self._site.place(fields.get("place", "")))
            key = self._machine.begin(stage)
            return self._screen(request, stage) if isinstance(stage, Failed) else see_other(f"/kiosk/visits/{key}")

    def _show(self, request: Request) -> Response:
        with self._machine.lock:
            try:
                stage = self._machine.look(request.path_params["key"])
            except Over as over:
                return self._over(request, over)
            if isinstance(stage, Choosing) and stage.half is not None:  # the page with the other half is gone
                stage = Choosing(stage.place, stage.proved)
                self._machine.move(stage)
            return self._screen(request, stage)

    def _step(self, request: Request, fields: Fields) -> Response:
        step = self._steps.get(fields.get("step", ""))
        with self._machine.lock:
            try:
                stage = self._machine.look(request.path_params["key"])
            except Over as over:
                return self._over(request, over)
            # What does not fit is a second click or a page of before: the answer is how things stand.
            return self._here_again() if step is None else step(request, fields, stage)

    def _last(self, request: Request, fields: Fields, stage: Stage) -> Response:
        if not isinstance(stage, Asking) or not stage.stake.held_back:
            return self._here_again()
        try:
            stake = stage.stake.after(fields.get("sentence", ""), lang_of(request))
        except GuardRefused as refused:
            return self._screen(request, stage, {"sentence": refused})
        self._machine.move(Asking(stage.place, stage.visit, stake))
        return self._here_again()

    def _proof(self, request: Request, fields: Fields, stage: Stage) -> Response:
        if isinstance(stage, Asking) and not stage.stake.held_back:
            if wrong := self._acts.prove(stage, fields):
                return self._screen(request, stage, wrong)
        elif isinstance(stage, Failed):
            return self._screen(request, stage)
        return self._reached(request)

    def _new(self, request: Request, fields: Fields, stage: Stage) -> Response:
        if not isinstance(stage, Choosing):
            return self._here_again()
        chosen = self._acts.choose(stage, fields)
        if not isinstance(chosen, str):
            return self._screen(request, stage, chosen)
        kind = stage.visit.kind
        return self._render(request, "confirm", _OK, visit=stage.visit, half=chosen, weak=self._acts.weak(kind, fields))

    def _change(self, _request: Request, _fields: Fields, stage: Stage) -> Response:
        if isinstance(stage, Choosing):
            self._machine.move(Choosing(stage.place, stage.proved))
        return self._here_again()

    def _write(self, request: Request, fields: Fields, stage: Stage, *, trial: bool) -> Response:
        if isinstance(stage, Choosing) and stage.half is not None:
            self._acts.write(stage, stage.half, fields.get("half", ""), trial=trial)
        return self._reached(request)

    def _more(self, _request: Request, _fields: Fields, _stage: Stage) -> Response:
        self._machine.wait_longer()
        return self._here_again()

    def _leave(self, _request: Request, fields: Fields, _stage: Stage) -> Response:
        self._machine.end()
        self._machine.release_card()
        to = fields.get("to", "")
        if to in _GOES_TO and to in self._site.faces:
            self._machine.take_card()
            return see_other(_GOES_TO[to])
        return see_other("/kiosk/take")

    def _idle(self, request: Request) -> Response:
        with self._machine.lock:
            try:
                self._machine.look(request.path_params["key"], touch=False)
            except Over as over:
                return self._over(request, over)
            return self._render(request, "idle", _OK, left=int(self._machine.idle_left().total_seconds()) + 1)

    def _here(self, request: Request, _nothing: bytes) -> Response:
        with self._machine.lock:
            self._machine.look(request.path_params["key"])
            return JSONResponse({})

    def _slip(self, request: Request) -> Response:
        with self._machine.lock:
            stage = self._machine.look(request.path_params["key"])
        if not isinstance(stage, Finished):
            raise Refused("kiosk.no-slip")
        trial = f"kiosk.trial.{stage.trial.value}"
        sheet = kiosk_slip(stage.done.kind, stage.done.completed_at, trial, lang_of(request))
        headers = {"Content-Disposition": 'attachment; filename="kaijo.pdf"'}
        return Response(sheet, headers=headers, media_type="application/pdf")

    def _here_again(self) -> Response:
        return see_other(f"/kiosk/visits/{self._machine.key}")

    def _reached(self, request: Request) -> Response:
        """Return where an act led: a failure at once, with its status; all else at the visit's address."""
        stage = self._machine.look(request.path_params["key"])
        return self._screen(request, stage) if isinstance(stage, Failed) else self._here_again()

    def _screen(self, request: Request, stage: Stage, wrong: Wrong | None = None) -> Response:
        status = _WRONG if wrong else _OK
        if isinstance(stage, Asking):
            name = "last" if stage.stake.held_back else "proof"
            return self._render(request, name, status, visit=stage.visit, stake=stage.stake, wrong=wrong or {})
        if isinstance(stage, Choosing):
            return self._render(request, "new", status, visit=stage.visit, wrong=wrong or {})
        if isinstance(stage, Finished):
            return self._render(request, "done", status, finished=stage)
        ways = [way for way in stage.ways if way is Way.AGAIN or way.value in self._site.faces]
        said = _said(stage.error, lang_of(request))
        return self._render(request, "failed", status_of(stage.error), failed=stage, ways=ways, said=said)

    def _over(self, request: Request, over: Over) -> Response:
        return self._site.render(request, "kiosk/over.html", status_of(over), error=over, fate=over.fate)

    def _render(self, request: Request, name: str, status: int, /, **data: object) -> Response:
        return self._site.render(
            request,
            f"kiosk/{name}.html",
            status,
            **data,
            here=f"/kiosk/visits/{self._machine.key}",
            going_on=self._machine.going_on,
            most=kiosk_session_most() // timedelta(minutes=1),
            warning=int(self._machine.idle_warning.total_seconds()),
            limit=int(self._machine.idle_limit.total_seconds()),
        )


def _said(error: KaijoError, lang: Lang) -> Message:
    """Return what a person in front of the machine is told about `error`."""
    code = f"kiosk.at.{error.code}"
    return message(code, lang, **error.data) if code in catalogue() else explain(error, lang)
