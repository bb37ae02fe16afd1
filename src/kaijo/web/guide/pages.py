"""The guide: a few questions to a locked-out person at night, and the shortest way that is still open.

The answers live in the page alone, packed into one hidden field: nothing is kept here, nothing personal stands in an
address. So a form is answered with its next page itself, not with a redirect, which would have to carry the answers
in an address or keep them here. Sending a form again repeats nothing, for it changes nothing; every screen has its
own way back, so nobody depends on the browser's.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact
from kaijo.facts.etax import etax_first_use, etax_pins
from kaijo.facts.pins import PinKind
from kaijo.plan.advice import plan
from kaijo.plan.calendar import calendar_text
from kaijo.plan.parsing import parse
from kaijo.plan.situation import Situation
from kaijo.web.guide.answers import pack, question_of, short, situation_of, unpack
from kaijo.web.guide.picture import picture
from kaijo.web.guide.questions import PLAN, SCREENS, Answers, questions
from kaijo.web.guide.words import Told
from kaijo.web.languages import lang_of, voice_of
from kaijo.web.site import Fields, Site, see_other

_ORDER = (*SCREENS, PLAN)


class GuidePages:
    """The pages of the face `guide`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/guide", self._open),
            self._site.post("/guide", self._answer),
            self._site.get("/guide/calendar", _to_start),
            self._site.post("/guide/calendar", self._calendar),
            self._site.get("/guide/pins", self._pins),
            self._site.get("/guide/reading", self._reading),
            self._site.get("/guide/next-year", self._next_year),
        ]

    def _open(self, request: Request) -> Response:
        return self._screen(request, SCREENS[0], {}, first=True)

    def _answer(self, request: Request, fields: Fields) -> Response:
        answers, screen = unpack(fields.get("kept", "")), fields.get("screen", "")
        if screen not in _ORDER:
            raise UsageProblem("web.bad-form")
        if screen != PLAN:
            asked = questions(screen, answers)
            answers |= {question.name: short(fields.get(question.name, "")) for question in asked}
        to = _target(screen, fields.get("to", "next"))
        try:
            situation = parse(situation_of(answers, self._site.clock.now()))
        except UsageProblem as refused:
            if refused.code != "plan.bad-situation":
                raise
            if _ORDER.index(to) < _ORDER.index(screen):
                return self._screen(request, to, answers)
            return self._wrong(request, answers, refused)
        return self._plan(request, situation, answers) if to == PLAN else self._screen(request, to, answers)

    def _calendar(self, request: Request, fields: Fields) -> Response:
        answers = unpack(fields.get("kept", ""))
        made = plan(parse(situation_of(answers, self._site.clock.now())))
        return Response(
            calendar_text(made, lang_of(request)),
            media_type="text/calendar",
            headers={"Content-Disposition": 'attachment; filename="kaijo.ics"'},
        )

    def _wrong(self, request: Request, answers: Answers, refused: UsageProblem) -> Response:
        name = question_of(str(refused.data["field"]), answers)
        screen = next(one for one in SCREENS if name in {question.name for question in questions(one, answers)})
        return self._screen(request, screen, answers, {name: str(refused.data["reason"])})

    def _screen(
        self,
        request: Request,
        screen: str,
        answers: Answers,
        wrong: Mapping[str, str] | None = None,
        *,
        first: bool = False,
    ) -> Response:
        return self._site.render(
            request,
            "guide/screen.html",
            422 if wrong else 200,
            screen=screen,
            number=SCREENS.index(screen) + 1,
            count=len(SCREENS),
            questions=questions(screen, answers),
            answers=answers,
            kept=pack(answers),
            wrong=wrong or {},
            now=self._site.clock.now(),
            first=first,
        )

    def _plan(self, request: Request, situation: Situation, answers: Answers) -> Response:
        made = plan(situation)
        return self._site.render(
            request,
            "guide/plan.html",
            first=False,
            kept=pack(answers),
            shown=pack({**answers, "at": situation.now.isoformat()}),
            made=made,
            best=made.routes[0] if made.routes else None,
            told=Told(made, voice_of(request)),
            picture=picture(made),
            live=not answers.get("at"),
            address=f"{request.url.scheme}://{request.headers['host']}/guide",
        )

    def _pins(self, request: Request) -> Response:
        return self._site.render(
            request, "guide/pins.html", kinds=tuple(PinKind), asked=etax_pins(), first_use=etax_first_use()
        )

    def _reading(self, request: Request) -> Response:
        row = fact("read-causes")
        return self._site.render(request, "guide/reading.html", row=row, causes=row.take(list, "order"))

    def _next_year(self, request: Request) -> Response:
        return self._site.render(request, "guide/next_year.html")


def _target(screen: str, to: str) -> str:
    here = _ORDER.index(screen)
    near = {
        "next": _ORDER[min(here + 1, len(SCREENS))],
        "back": _ORDER[max(here - 1, 0)],
        "stay": screen,
        **dict(zip(_ORDER, _ORDER, strict=True)),
    }
    if to not in near:
        raise UsageProblem("web.bad-form")
    return near[to]


def _to_start(_request: Request) -> Response:
    return see_other("/guide")
