"""Test persons: one invented holder of a virtual card per ending of the system, one `persons/*.toml` each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.virtualcard.identity import Identity, Sex, invent
from kaijo.words import Lang

_CERTIFICATE_KINDS = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)


class Ending(Enum):
    """How a test person's walk ends: nothing to do, reset at a store, sent to the counter, stopped by the guard."""

    WORKS = "works"
    STORE_RESET = "store-reset"
    COUNTER = "counter"
    GUARD_STOP = "guard-stop"


class CertificateState(Enum):
    """What is the matter with a certificate, if anything."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class TestPerson:
    """One invented holder. `prefecture` is a key of `invented.PREFECTURES`; `seed` fixes the rest of the identity.

    `tries_left` has all four kinds. A kind in `unset_pins` has never had a PIN: 0 tries left, and not by mistyping.
    """

    __test__: ClassVar[bool] = False  # pytest takes every other class called Test* for a test case

    id: str
    story: Mapping[Lang, str]
    ending: Ending
    seed: int
    age: int
    sex: Sex
    prefecture: str
    tries_left: Mapping[PinKind, int]
    unset_pins: frozenset[PinKind]
    certificates: Mapping[PinKind, CertificateState]


@cache
def persons() -> tuple[TestPerson, ...]:
    """Return every test person, the one without trouble first."""
    parts = files(__package__).joinpath("persons").iterdir()
    rows = [tomllib.loads(part.read_text("utf-8")) for part in parts if part.name.endswith(".toml")]
    return tuple(sorted(map(_from_row, rows), key=lambda one: one.seed))


def person(person_id: str) -> TestPerson:
    """Return one test person. Raises UsageProblem `person.unknown` (person, known) for an id nobody has."""
    for one in persons():
        if one.id == person_id:
            return one
    raise UsageProblem("person.unknown", person=person_id, known=[one.id for one in persons()])


def identity(person: TestPerson, at: datetime) -> Identity:
    """Return who the person is at the moment `at`. Only the year of birth depends on `at`, so that the age is right."""
    return invent(seed=person.seed, age=person.age, sex=person.sex, prefecture=person.prefecture, at=at)


def profile(person: TestPerson, at: datetime) -> dict[str, object]:
    """Return a person with the secrets of the card, in JSON's types: what `kaijo card persons --json` lists.

    `pins.<kind>.value` is what was chosen at issue, also of a locked PIN; None where none was ever set.
    """
    who = identity(person, at)
    return {
        "id": person.id,
        "ending": person.ending.value,
        "story": dict(person.story),
        "name": who.name,
        "name_kana": who.name_kana,
        "name_romaji": who.name_romaji,
        "birth_date": who.birth_date.isoformat(),
        "age": person.age,
        "sex": person.sex.value,
        "address": who.address,
        "my_number": who.my_number,
        "security_code": who.security_code,
        "pins": {
            kind.value: {
                "value": None if kind in person.unset_pins else who.pins[kind],
                "tries_left": person.tries_left[kind],
                "tries_max": pin_rule(kind).tries_max,
            }
            for kind in PinKind
        },
        "certificates": {kind.value: state.value for kind, state in person.certificates.items()},
    }


def _from_row(row: dict[str, Any]) -> TestPerson:
    unset = frozenset(PinKind(kind) for kind in row.get("unset_pins", ()))
    spent = row.get("tries_left", {})
    states = row.get("certificates", {})
    return TestPerson(
        id=row["id"],
        story=row["story"],
        ending=Ending(row["ending"]),
        seed=row["seed"],
        age=row["age"],
        sex=Sex(row["sex"]),
        prefecture=row["prefecture"],
        tries_left={kind: 0 if kind in unset else spent.get(kind.value, pin_rule(kind).tries_max) for kind in PinKind},
        unset_pins=unset,
        certificates={kind: CertificateState(states.get(kind.value, "valid")) for kind in _CERTIFICATE_KINDS},
    )
