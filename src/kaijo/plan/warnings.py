"""What the plan rests on without being sure: things not told, facts read two ways, facts grown old."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kaijo.facts.book import fact, is_stale
from kaijo.facts.filing import ReturnKind
from kaijo.facts.stores import Chain
from kaijo.facts.usable import lowest_age
from kaijo.plan.readings import changing_readings
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace
from kaijo.plan.situation import (
    CertificateSituation,
    CounterPlace,
    Equipment,
    Memory,
    PostOffice,
    Situation,
    Store,
)
from kaijo.plan.speech import plain
from kaijo.plan.states import CARD_KINDS


@dataclass(frozen=True, slots=True)
class Warn:
    """One warning: a word completed to a code of the catalogue, the data its sentence needs, the facts behind it."""

    word: str
    data: Mapping[str, object] = field(default_factory=dict)
    facts: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The catalogue's code."""
        return f"plan.warning.{self.word}"

    def as_dict(self) -> dict[str, object]:
        """Return the warning in JSON's types."""
        return {"code": self.code, "data": plain(self.data), "facts": list(self.facts)}


def other_readings(solution: Solution) -> Iterator[Warn]:
    """Yield each disputed fact whose other reading changes which route is best, or its chance."""
    for fact_id, other in changing_readings(solution):
        yield Warn("reading" if other.first else "reading-nothing", {"fact": fact_id, **_best(other)}, (fact_id,))


def unknown_things(solution: Solution) -> Iterator[Warn]:
    """Yield each thing not told that would change which route is best, or its chance, if it were known."""
    for name, told in _alternatives(solution.situation):
        other = Solution(told)
        if other.gist() != solution.gist():
            yield Warn(f"unknown-{name}" if other.first else f"unknown-{name}-nothing", _best(other))
    situation = solution.situation
    if situation.filing.deadline is None and situation.filing.kind is not ReturnKind.REFUND:
        day = solution.worlds[Pace.TYPICAL].deadline
        yield Warn("deadline-assumed", {"day": day}, ("filing-deadline",))
    if situation.filing.ready_in_minutes is None:
        yield Warn("unknown-ready")
    for kind in CARD_KINDS:
        pin = situation.pin(kind)
        if pin.memory is Memory.UNSURE and pin.tries_left is None:
            yield Warn("unknown-tries", {"kind": kind.value}, ("tries-readable", "tries-floor"))


def _alternatives(situation: Situation) -> Iterator[tuple[str, Situation]]:
    yield from _about_person(situation)
    yield from _about_pins(situation)
    yield from _about_means(situation)
    yield from _about_places(situation)
    if situation.filing.kind is None:
        yield "kind", replace(situation, filing=replace(situation.filing, kind=ReturnKind.BLUE))


def _about_person(situation: Situation) -> Iterator[tuple[str, Situation]]:
    person = situation.person
    if person.age is None:
        yield "age", replace(situation, person=replace(person, age=lowest_age() - 1))
    if person.moved_since_issue is None:
        yield "moved", replace(situation, person=replace(person, moved_since_issue=True))
    untold = [kind for kind in CARD_KINDS if situation.certificate(kind).not_after is None]
    if untold:
        ended = CertificateSituation(not_after=situation.now.date() - timedelta(days=1))
        yield "certificate", replace(situation, certificates={**situation.certificates, untold[0]: ended})


def _about_pins(situation: Situation) -> Iterator[tuple[str, Situation]]:
    for kind in CARD_KINDS:
        pin = situation.pin(kind)
        if pin.memory is None and pin.tries_left != 0:
            known = replace(pin, memory=Memory.KNOWN)
            yield f"pin-{kind.value}", replace(situation, pins={**situation.pins, kind: known})


def _about_means(situation: Situation) -> Iterator[tuple[str, Situation]]:
    for name in ("nfc_phone", "card_reader", "phone_certificate", "id_password", "accountant"):
        if getattr(situation.equipment, name) is None:
            yield name.replace("_", "-"), replace(situation, equipment=replace(situation.equipment, **{name: True}))


def _about_places(situation: Situation) -> Iterator[tuple[str, Situation]]:
    equipment, places = situation.equipment, situation.places
    if places.stores is None:
        phone = replace(equipment, nfc_phone=_hope(equipment.nfc_phone))
        yield "stores", _with(situation, phone, stores=tuple(Store(chain, 0) for chain in Chain))
    if places.counter is None:
        yield "counter", _with(situation, equipment, counter=CounterPlace(0))
    paper = replace(equipment, printer=_hope(equipment.printer))
    if places.drop_box is None or equipment.printer is None:
        yield "drop-box", _with(situation, paper, drop_box=places.drop_box or 0)
    if places.post_office is None or equipment.printer is None:
        yield "post-office", _with(situation, paper, post_office=places.post_office or PostOffice(0))


def _hope(told: bool | None) -> bool:  # noqa: FBT001
    return told is not False


def _with(situation: Situation, equipment: Equipment, **places: object) -> Situation:
    return replace(situation, equipment=equipment, places=replace(situation.places, **places))  # type: ignore[arg-type]


def old_facts(solution: Solution, used: tuple[str, ...]) -> Iterator[Warn]:
    """Yield which of the facts used must be checked again, and which are disputed."""
    today = solution.situation.now.date()
    stale = tuple(fact_id for fact_id in used if is_stale(fact(fact_id), today))
    if stale:
        yield Warn("stale-facts", {"count": len(stale)}, stale)
    disputed = tuple(fact_id for fact_id in used if fact(fact_id).disputed)
    if disputed:
        yield Warn("disputed-facts", {"count": len(disputed)}, disputed)


def _best(solution: Solution) -> dict[str, object]:
    first = solution.first
    return {"best": first, "chance": 0.0 if first is None else round(solution.worth(first).chance, 3)}
