"""A plan in the guide's words: each sentence of the planner, in plain Japanese where there is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kaijo.facts.book import Fact, fact, is_stale
from kaijo.plan.advice import Plan, Route
from kaijo.plan.losses import Line
from kaijo.plan.rejections import Rejection
from kaijo.plan.speech import place_name, say_money, say_rejection, say_stop, say_warning
from kaijo.plan.stopping import StopOrTry
from kaijo.plan.timetable import Step
from kaijo.plan.warnings import Warn
from kaijo.web.languages import Voice, wording
from kaijo.words import Lang, label, show

# From which chance on it is called so; words for a person, no rule of the world.
_CHANCES = ((0.9, "sure"), (0.7, "likely"), (0.4, "open"), (0.05, "unlikely"), (0.0, "hardly"))


@dataclass(frozen=True, slots=True)
class Told:
    """The plan, told in one voice."""

    made: Plan
    voice: Voice

    @property
    def lang(self) -> Lang:
        """The language that the voice speaks."""
        return "en" if self.voice == "en" else "ja"

    def say(self, code: str, /, **data: object) -> str:
        """Return the sentence of a code."""
        return label(wording(code, self.voice), self.lang, **data)

    def route(self, route_id: str) -> str:
        """Return the name of a route."""
        return self.say(f"word.{route_id}")

    def step(self, step: Step) -> str:
        """Return what to do in a step."""
        kind = "" if step.kind is None else self.say(f"word.{step.kind.value}")
        return self.say(f"plan.act.{step.act}", kind=kind, place=place_name(step.place, self.lang))

    def place(self, step: Step) -> str:
        """Return where a step is done."""
        return place_name(step.place, self.lang)

    def chance(self, route: Route) -> str:
        """Return the chance of a route in words and per cent."""
        word = next(word for least, word in _CHANCES if route.worth.chance >= least)
        return self.say("guide.chance", word=self.say(f"guide.chance.{word}"), percent=round(route.worth.chance * 100))

    def time(self, moment: datetime) -> str:
        """Return the time of day, with the day where it is another than today's."""
        if moment.date() == self.made.situation.now.date():
            return f"{moment:%H:%M}"
        return show(moment, self.lang)

    def rejection(self, rejection: Rejection) -> str:
        """Return why a route is ruled out."""
        return say_rejection(rejection, self.lang)

    def warning(self, warning: Warn) -> str:
        """Return a warning."""
        return say_warning(warning, self.lang)

    def stop(self, answer: StopOrTry) -> str:
        """Return whether to stop or try."""
        return say_stop(answer, self.lang)

    def money(self, line: Line) -> str:
        """Return one line of money lost."""
        return say_money(line, self.lang)

    def title(self, fact_id: str) -> str:
        """Return what a fact is about."""
        return fact(fact_id).title[self.lang]

    def facts(self) -> Iterable[Fact]:
        """Return every fact the answer rests on, each once."""
        used = {*self.made.facts, *(one for line in self.made.rejected for one in line.reason.facts)}
        return [fact(one) for one in sorted(used)]

    def stale(self, row: Fact) -> bool:
        """Return whether a fact must be checked again."""
        today: date = self.made.situation.now.date()
        return is_stale(row, today)
