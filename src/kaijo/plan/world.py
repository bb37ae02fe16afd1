"""One situation at one pace under one reading of the facts, in the numbers that acts are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kaijo.facts.etax import etax_cut
from kaijo.facts.filing import ReturnKind, due, filing_deadline, next_filing_deadline
from kaijo.facts.paper import drop_box_cut, post_cut
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.facts.usable import lowest_age
from kaijo.plan.losses import Losses
from kaijo.plan.rules import Pace, Rules, likely, spent
from kaijo.plan.situation import Memory, Situation
from kaijo.plan.states import ABSENT, CARD_KINDS, DEAD, FORGOTTEN, KNOWN, LOCKED, State
from kaijo.plan.windows import DAY, minute_of

NEVER = 10**12
PLANNED_AFTER = 31 * DAY


@dataclass(frozen=True)
class World:
    """A situation with its rules. Every `minute` is counted as in `windows`."""

    situation: Situation
    rules: Rules
    pace: Pace
    shared: Losses | None = None

    def minutes(self, act: str) -> int:
        """Return how long an act takes at this pace."""
        return spent(act, self.pace)

    def chance(self, act: str) -> float:
        """Return how likely an act goes well at this pace."""
        return likely(act, self.pace)

    @cached_property
    def now(self) -> int:
        """The first whole minute from now."""
        return minute_of(self.situation.now)

    @cached_property
    def deadline(self) -> date:
        """The last day for this return: as told, else by the rule; a return that asks money back has years."""
        told, kind = self.situation.filing.deadline, self.situation.filing.kind
        season = told or next_filing_deadline(self.situation.now)
        if kind is ReturnKind.REFUND and season == filing_deadline(season.year):
            return due(ReturnKind.REFUND, season.year)
        return season

    @property
    def season(self) -> int:
        """The year in which the return is due in March."""
        return (self.situation.filing.deadline or next_filing_deadline(self.situation.now)).year

    @cached_property
    def cuts(self) -> Mapping[str, int]:
        """From which minute each way of filing is late."""
        box = drop_box_cut(self.deadline, self.rules.reading("drop-box"))
        return {
            "etax": minute_of(etax_cut(self.deadline)),
            "post": minute_of(post_cut(self.deadline)),
            "box": minute_of(box),
        }

    @cached_property
    def confidence(self) -> Mapping[str, tuple[float, ...]]:
        """How likely the next entry of each PIN is right after 0, 1, 2... misses; empty for one not tried."""
        return {kind.value: self._confidence(kind) for kind in CARD_KINDS}

    def _confidence(self, kind: PinKind) -> tuple[float, ...]:
        if self.situation.pin(kind).memory is not Memory.UNSURE:
            return ()
        first = self.first_confidence(kind)
        return tuple(first * self.chance("next-idea") ** missed for missed in range(self.entries(kind)))

    def first_confidence(self, kind: PinKind) -> float:
        """Return how likely the next entry of a PIN is right for somebody who is unsure."""
        told = self.situation.pin(kind).confidence
        return self.chance("unsure") if told is None else told

    def tries_left(self, kind: PinKind) -> int:
        """Return the tries left; where nobody looked, as few as the guard still lets through."""
        told = self.situation.pin(kind).tries_left
        return tries_floor() if told is None else told

    def entries(self, kind: PinKind) -> int:
        """Return how many entries the guard allows, or the situation where it allows the last one."""
        least = 1 if self.situation.pin(kind).use_last_try else tries_floor()
        return max(0, self.tries_left(kind) - least + 1)

    @cached_property
    def has_signature(self) -> bool:
        """False under the age from which a card has a signature certificate; an unknown age counts as grown up."""
        age = self.situation.person.age
        return age is None or age >= lowest_age()

    @cached_property
    def alive_until(self) -> int:
        """The minute at which the first of the two certificates ends; 0 when one is dead already."""
        ends = []
        for kind in CARD_KINDS:
            certificate = self.situation.certificate(kind)
            if certificate.revoked or (kind is PinKind.SIGNATURE and self.situation.person.moved_since_issue):
                return 0
            if certificate.not_after:
                ends.append((certificate.not_after.toordinal() + 1) * DAY)
        return min(ends, default=NEVER)

    @cached_property
    def start(self) -> State:
        """The state in which the night begins."""
        held = self.situation.reservation
        until = minute_of(held.made_at) + self.rules.reservation_life if held else 0
        alive = held is not None and until > self.now
        return State(
            signature=self._stand(PinKind.SIGNATURE) if self.has_signature else ABSENT,
            authentication=self._stand(PinKind.AUTHENTICATION),
            usable=0 if self.alive_until > self.now else DEAD,
            work=self.situation.filing.ready_in_minutes or 0,
            reserved=held.kind.value if held and alive else "",
            until=until if alive else 0,
        )

    def _stand(self, kind: PinKind) -> int:
        pin = self.situation.pin(kind)
        if pin.tries_left == 0:
            return LOCKED
        if pin.memory is Memory.KNOWN:
            return KNOWN
        return 0 if pin.memory is Memory.UNSURE else FORGOTTEN

    @cached_property
    def losses(self) -> Losses:
        """The money at stake: what another world of the same return has reckoned already, where that is `shared`."""
        return self.shared or Losses(self.situation.filing, self.deadline, self.season, self.rules.readings)

    @cached_property
    def last_day(self) -> int:
        """The minute up to which plans are made: `PLANNED_AFTER` the deadline, or now where that is later."""
        return max(*self.cuts.values(), self.now) + PLANNED_AFTER
