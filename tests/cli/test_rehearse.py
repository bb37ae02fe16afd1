"""The rehearsal of every test person at the terminal: what fails on the day is found, no last try is spent."""

import pytest

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import load
from kaijo.virtualcard.persons import persons
from kaijo.virtualcard.show import describe
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.rehearsals import REHEARSED, acts, asked
from tests.support.world import NIGHT, World, pins_of

AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE


def typed(person: str) -> str:
    return "".join(f"{pin}\n" for pin in asked(person).values())


def test_every_person_is_rehearsed() -> None:
    assert set(REHEARSED) == {one.id for one in persons()}


@pytest.mark.parametrize("person", REHEARSED)
def test_rehearsal_of_every_person_finds_what_would_fail(world: World, kaijo: CommandLine, person: str) -> None:
    card = world.card_file(person)
    before = describe(load(card))["pins"]
    words = ("rehearse", "--card", str(card), "--clock", NIGHT.isoformat(), "--json")
    ended = kaijo(*words, stdin=typed(person))
    answer = ended.json()
    said = REHEARSED[person]
    assert (acts(answer), complaints("rehearsal", answer)) == (said.acts, [])
    assert {one["what"]: one["good"] for one in answer["on_the_day"]} == {**said.certificates, "desk-open": True}
    assert (ended.code, answer["works"], answer["holds_until"] is not None) == (
        (0, True, True) if said.works else (1, False, False)
    )
    assert describe(load(card))["pins"] == before


def test_certificate_that_ends_before_the_day_is_found_months_before(world: World, kaijo: CommandLine) -> None:
    card = world.card_file("fresh")
    ended = kaijo(*("rehearse", "--card", str(card), "--clock", "2030-05-01T10:00", "--json"), stdin=typed("fresh"))
    day = {one["what"]: one["good"] for one in ended.json()["on_the_day"]}
    assert (ended.code, day["signature-certificate"], day["authentication-certificate"]) == (1, False, False)


@pytest.mark.parametrize(
    ("lines", "desk", "code"),
    [
        ("", None, "usage.no-pin"),
        (f"{pins_of('fresh')[AUTHENTICATION]}\n", None, "usage.no-pin"),
        ("", "nonsense", "usage.service-url"),
        ("", "http://127.0.0.1:9", "filing.unreachable"),
    ],
)
def test_what_keeps_the_rehearsal_itself_from_being_held_is_no_verdict(
    world: World, kaijo: CommandLine, lines: str, desk: str | None, code: str
) -> None:
    words = ("rehearse", "--card", str(world.card_file("fresh")), "--clock", NIGHT.isoformat(), "--json")
    ended = kaijo(*words, *(("--filing", desk) if desk else ()), stdin=lines)
    assert ended.json()["error"]["code"] == code


def test_forgotten_pin_is_found_with_the_tries_left_in_words(world: World, kaijo: CommandLine) -> None:
    card = world.card_file("fresh")
    words = ("rehearse", "--card", str(card), "--clock", NIGHT.isoformat(), "--lang", "en")
    ended = kaijo(*words, stdin=f"0000\n{pins_of('fresh')[SIGNATURE]}\n")
    assert ended.code == 1
    assert "✗ sign in with the authentication PIN" in ended.out
    assert "✓ sign the return with the signature PIN" in ended.out
    assert "[PRACTICE]" in ended.out
