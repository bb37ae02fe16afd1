"""The guide: a few questions to a locked-out person at night, and the shortest way that is still open.

All questions stand in one page, a screen at a time, and the answers live in its fields alone: nothing is kept here,
nothing personal stands in an address. Going from screen to screen, on or back, never leaves that page. The form is
answered with the plan itself, and the browser may show it again from its history (docs/adr/0012). Sending it again
repeats nothing, for it changes nothing.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact
from kaijo.facts.etax import etax_first_use, etax_pins
from kaijo.facts.pins import PinKind
from kaijo.keep.next_year import ADVICE
from kaijo.plan.advice import plan
from kaijo.plan.calendar import calendar_text
from kaijo.plan.parsing import parse
from kaijo.plan.situation import Situation
from kaijo.web.guide.answers import given, pack, question_of, situation_of, unpack
from kaijo.web.guide.picture import picture
from kaijo.web.guide.questions import PLAN, SCREENS, Answers, questions
from kaijo.web.guide.sharing import first_open, link, shared
from kaijo.web.guide.words import Told
from kaijo.web.languages import lang_of, voice_of
from kaijo.web.site import Fields, Site, see_other


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
        answers = shared(request.query_params)
        return self._questions(request, first_open(answers), answers, fresh=not answers)

    def _answer(self, request: Request, fields: Fields) -> Response:
        answers, to = {**unpack(fields.get("kept", "")), **given(fields)}, fields.get("to", "")
        if to in SCREENS:
            return self._questions(request, to, answers)
        if to != PLAN:
            raise UsageProblem("web.bad-form")
        try:
            situation = parse(situation_of(answers, self._site.clock.now()))
        except UsageProblem as refused:
            if refused.code != "plan.bad-situation":
                raise
            return self._wrong(request, answers, refused)
        return self._plan(request, situation, answers)

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
        screen = next(one for one in SCREENS if name in {question.name for question in questions(one)})
        return self._questions(request, screen, answers, {name: str(refused.data["reason"])})

    def _questions(
        self,
        request: Request,
        here: str,
        answers: Answers,
        wrong: Mapping[str, str] | None = None,
        *,
        fresh: bool = False,
    ) -> Response:
        return self._site.render(
            request,
            "guide/questions.html",
            422 if wrong else 200,
            here=here,
            screens={screen: questions(screen) for screen in SCREENS},
            answers=answers,
            wrong=wrong or {},
            now=self._site.clock.now(),
            fresh=fresh,
        )

    def _plan(self, request: Request, situation: Situation, answers: Answers) -> Response:
        made = plan(situation)
        return self._site.render(
            request,
            "guide/plan.html",
            fresh=False,
            kept=pack(answers),
            shown=pack({**answers, "at": situation.now.isoformat()}),
            made=made,
            best=made.routes[0] if made.routes else None,
            told=Told(made, voice_of(request)),
            picture=picture(made),
            live=not answers.get("at"),
            address=f"{request.url.scheme}://{request.headers['host']}{link(answers)}",
        )

    def _pins(self, request: Request) -> Response:
        return self._site.render(
            request, "guide/pins.html", kinds=tuple(PinKind), asked=etax_pins(), first_use=etax_first_use()
        )

    def _reading(self, request: Request) -> Response:
        row = fact("read-causes")
        return self._site.render(request, "guide/reading.html", row=row, causes=row.take(list, "order"))

    def _next_year(self, request: Request) -> Response:
        return self._site.render(request, "guide/next_year.html", advice=ADVICE)


def _to_start(_request: Request) -> Response:
    return see_other("/guide")
