"""What filing otherwise than by e-Tax in time costs: estimates in whole yen, line by line."""

from dataclasses import dataclass
from datetime import date

from kaijo.facts.assumptions import marginal_rate
from kaijo.facts.filing import ReturnKind
from kaijo.facts.money import blue_deduction, deduction_row, delinquency, relief_until, surcharge
from kaijo.plan.rules import Readings, reading_of
from kaijo.plan.situation import Filing
from kaijo.plan.windows import DAY, moment_of


@dataclass(frozen=True, slots=True)
class Line:
    """One line of money lost: what it is, how many yen, and the facts it rests on."""

    name: str
    yen: int
    facts: tuple[str, ...]

    @property
    def code(self) -> str:
        """The catalogue's code."""
        return f"plan.money.{self.name}"


class Losses:
    """The money at stake for one return, due on `deadline`, filed in the year `season`. Answers are remembered."""

    def __init__(self, filing: Filing, deadline: date, season: int, readings: Readings) -> None:
        self._filing = filing
        self._deadline = deadline
        self._season = season
        self._reading = reading_of(deduction_row(season).id, readings)
        self._yen: dict[tuple[int, bool, bool], int] = {}

    def yen(self, minute: int, *, electronic: bool, late: bool) -> int:
        """Return the yen lost by filing at a minute, against e-Tax in time. Before the deadline the day is all one."""
        key = (minute // DAY if late else 0, electronic, late)
        found = self._yen.get(key)
        if found is None:
            lines = self.lines(minute, electronic=electronic, late=late)
            found = self._yen[key] = sum(line.yen for line in lines)
        return found

    def lines(self, minute: int, *, electronic: bool, late: bool) -> tuple[Line, ...]:
        """Return what is lost. A sum that hangs on the tax due is left out where that is not told."""
        made = []
        if self._filing.kind is ReturnKind.BLUE and (late or not electronic):
            made.append(self._deduction(electronic=electronic, late=late))
        tax, day = self._filing.tax_due, moment_of(minute).date()
        if late and tax and self._filing.kind is not ReturnKind.REFUND:
            if day > relief_until(self._deadline):
                made.append(Line("surcharge", surcharge(tax, voluntary=True), ("non-filing-surcharge", "late-relief")))
            made.append(Line("delinquency", delinquency(tax, self._deadline, day), ("delinquency-tax",)))
        return tuple(line for line in made if line.yen)

    def _deduction(self, *, electronic: bool, late: bool) -> Line:
        whole, left = (
            blue_deduction(electronic=way, in_time=in_time, year=self._season, reading=self._reading)
            for way, in_time in ((True, True), (electronic, not late))
        )
        return Line(
            "deduction", int((whole - left) * marginal_rate()), (deduction_row(self._season).id, "marginal-rate")
        )
