"""A plan in the guide's words: each sentence of the planner, in plain Japanese where there is one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from kaijo.facts.book import Fact, fact, is_stale
from kaijo.plan.advice import Plan, Route
from kaijo.plan.losses import Line
from kaijo.plan.rejections import Rejection
from kaijo.plan.speech import shown
from kaijo.plan.stopping import StopOrTry
from kaijo.plan.timetable import Step
from kaijo.plan.warnings import Warn
from kaijo.web.languages import Voice, wording
from kaijo.words import Lang, catalogue, label, show

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
        return self._tell(f"plan.act.{step.act}", {"kind": step.kind, "place": self.place(step)})

    def place(self, step: Step) -> str:
        """Return where a step is done."""
        code = f"plan.place.{step.place}"
        return self.say(code if code in catalogue() else f"word.{step.place}")

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
        return self._tell(rejection.code, rejection.reason.data)

    def warning(self, warning: Warn) -> str:
        """Return a warning."""
        return self._tell(warning.code, warning.data)

    def stop(self, answer: StopOrTry) -> str:
        """Return whether to stop or try."""
        said = self._tell(answer.code, {"kind": answer.kind, "chance": answer.break_even})
        return said + self.say("plan.stop.costs-nothing") if answer.costs_nothing else said

    def money(self, line: Line) -> str:
        """Return one line of money lost."""
        return self.say(line.code, yen=f"{line.yen:,}")

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

    def _tell(self, code: str, data: Mapping[str, object]) -> str:
        return self.say(code, **{key: self._datum(key, value) for key, value in data.items()})

    def _datum(self, key: str, value: object) -> object:
        """Return a datum as this voice names it; a list of names goes on as it is."""
        word = f"word.{value.value if isinstance(value, Enum) else value}"
        return self.say(word) if word in catalogue() else shown(key, value, self.lang)
