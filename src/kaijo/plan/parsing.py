"""From JSON to a situation. What cannot be is refused with the field and the reason; nothing is guessed."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TypeVar

from kaijo.facts.book import fact
from kaijo.facts.counter import Visitor
from kaijo.facts.filing import ReturnKind, filing_deadline
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.facts.stores import Chain
from kaijo.plan.fields import Read, at, choice, day, flag, hour, moment, optional, refuse, section, share, whole
from kaijo.plan.situation import (
    CertificateSituation,
    CounterPlace,
    Equipment,
    Filing,
    HeldReservation,
    Memory,
    Person,
    PinSituation,
    Places,
    PostOffice,
    Situation,
    Store,
)

T = TypeVar("T")

_DAY = 24 * 60
_OLDEST = 150
_YEARS = (2016, 2100)  # the card's first year, and as far as calendars are worth computing
_STORES = 12
_CARD = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)


def parse(raw: object) -> Situation:
    """Return the situation that a JSON value states [design: planner contract].

    Raises UsageProblem `plan.bad-situation` with `field` and `reason`, and `facts.damaged`.
    """
    names = ("now", "filing", "person", "pins", "certificates", "equipment", "places", "reservation")
    part = section(raw, "", names)
    for name in ("now", "pins"):
        if part.get(name) is None:
            refuse(name, "missing")
    now = moment(part["now"], "now")
    if not _YEARS[0] <= now.year < _YEARS[1]:
        refuse("now", "out-of-range")
    person = optional(part, "", "person", _person) or Person()
    return Situation(
        now=now,
        pins=_pins(part["pins"]),
        filing=_filing(part.get("filing"), now),
        person=person,
        certificates=_certificates(part.get("certificates"), now, person),
        equipment=optional(part, "", "equipment", _equipment) or Equipment(),
        places=optional(part, "", "places", _places) or Places(),
        reservation=_reservation(part.get("reservation"), now),
    )


def _filing(raw: object, now: datetime) -> Filing:
    if raw is None:
        return Filing()
    part = section(raw, "filing", ("deadline", "kind", "ready_in_minutes", "tax_due"))
    filing = Filing(
        deadline=optional(part, "filing", "deadline", day),
        kind=optional(part, "filing", "kind", choice(ReturnKind)),
        ready_in_minutes=optional(part, "filing", "ready_in_minutes", whole(7 * _DAY)),
        tax_due=optional(part, "filing", "tax_due", whole(10**12)),
    )
    if filing.deadline and filing.kind is not ReturnKind.REFUND:
        if filing.deadline <= filing_deadline(now.year - 1):
            refuse(at("filing", "deadline"), "in-the-past")
        if filing.deadline > filing_deadline(now.year + 1) + timedelta(days=366):
            refuse(at("filing", "deadline"), "too-far-ahead")
    return filing


def _person(raw: object, path: str) -> Person:
    part = section(raw, path, ("age", "moved_since_issue"))
    return Person(
        age=optional(part, path, "age", whole(_OLDEST)),
        moved_since_issue=optional(part, path, "moved_since_issue", flag),
    )


def _pins(raw: object) -> Mapping[PinKind, PinSituation]:
    part = section(raw, "pins", tuple(kind.value for kind in PinKind))
    read = {kind: optional(part, "pins", kind.value, _pin(kind)) for kind in PinKind}
    return {kind: pin for kind, pin in read.items() if pin is not None}


def _pin(kind: PinKind) -> Read[PinSituation]:
    def read(raw: object, path: str) -> PinSituation:
        part = section(raw, path, ("memory", "confidence", "tries_left", "locked", "use_last_try"))
        locked = optional(part, path, "locked", flag)
        pin = PinSituation(
            memory=optional(part, path, "memory", choice(Memory)),
            confidence=optional(part, path, "confidence", share),
            tries_left=optional(part, path, "tries_left", whole(pin_rule(kind).tries_max)),
            use_last_try=optional(part, path, "use_last_try", flag) or False,
        )
        if pin.confidence is not None and pin.memory is not Memory.UNSURE:
            refuse(at(path, "confidence"), "contradicts")
        if locked is not None and pin.tries_left is not None and locked is not (pin.tries_left == 0):
            refuse(at(path, "locked"), "contradicts")
        return replace(pin, tries_left=0) if locked else pin

    return read


def _certificates(raw: object, now: datetime, person: Person) -> Mapping[PinKind, CertificateSituation]:
    if raw is None:
        return {}
    part = section(raw, "certificates", tuple(kind.value for kind in _CARD))
    years = fact("certificate-life").count("birthdays") + 1  # renewed early, it lasts one birthday longer
    read = {}
    for kind in _CARD:
        path = at("certificates", kind.value)
        inner = section({} if part.get(kind.value) is None else part[kind.value], path, ("not_after", "revoked"))
        made = CertificateSituation(
            not_after=optional(inner, path, "not_after", day), revoked=optional(inner, path, "revoked", flag)
        )
        if made.not_after and made.not_after.year > now.year + years:
            refuse(at(path, "not_after"), "too-far-ahead")
        if person.moved_since_issue and made.revoked is False and kind.value in _ends_on_change():
            refuse(at(path, "revoked"), "contradicts")
        read[kind] = made
    return read


def _ends_on_change() -> list[str]:
    return fact("certificate-ends-on-change").take(list, "ends")


def _equipment(raw: object, path: str) -> Equipment:
    names = tuple(one.name for one in fields(Equipment))
    part = section(raw, path, names)
    return Equipment(**{name: optional(part, path, name, flag) for name in names})


def _places(raw: object, path: str) -> Places:
    part = section(raw, path, ("stores", "counter", "drop_box", "post_office"))
    box = optional(part, path, "drop_box", _box)
    return Places(
        stores=optional(part, path, "stores", _stores),
        counter=optional(part, path, "counter", _counter),
        drop_box=box,
        post_office=optional(part, path, "post_office", _post_office),
    )


def _stores(raw: object, path: str) -> tuple[Store, ...]:
    if not isinstance(raw, list):
        refuse(path, "not-a-list")
    if len(raw) > _STORES:
        refuse(path, "too-many")
    return tuple(_store(item, at(path, str(index))) for index, item in enumerate(raw))


def _store(raw: object, path: str) -> Store:
    part = section(raw, path, ("chain", "minutes"))
    return Store(_needed(part, path, "chain", choice(Chain)), _minutes(part, path))


def _counter(raw: object, path: str) -> CounterPlace:
    part = section(raw, path, ("minutes", "visitor"))
    visitor = optional(part, path, "visitor", choice(Visitor))
    return CounterPlace(_minutes(part, path), visitor or Visitor.HOLDER)


def _box(raw: object, path: str) -> int:
    return _minutes(section(raw, path, ("minutes",)), path)


def _post_office(raw: object, path: str) -> PostOffice:
    part = section(raw, path, ("minutes", "closes"))
    return PostOffice(_minutes(part, path), optional(part, path, "closes", hour))


def _minutes(part: Mapping[str, object], path: str) -> int:
    return _needed(part, path, "minutes", whole(_DAY))


def _needed(part: Mapping[str, object], path: str, name: str, read: Read[T]) -> T:
    found = optional(part, path, name, read)
    if found is None:
        refuse(at(path, name), "missing")
    return found


def _reservation(raw: object, now: datetime) -> HeldReservation | None:
    if raw is None:
        return None
    part = section(raw, "reservation", ("kind", "made_at"))
    held = HeldReservation(
        _needed(part, "reservation", "kind", choice(PinKind)), _needed(part, "reservation", "made_at", moment)
    )
    if held.kind not in _CARD:
        refuse(at("reservation", "kind"), "not-resettable-there")
    if held.made_at > now:
        refuse(at("reservation", "made_at"), "in-the-future")
    return held
