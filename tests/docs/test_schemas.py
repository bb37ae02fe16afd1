"""The answers of `--json` commands are what docs/schemas says: run for real, and held against the schema, closed."""

import json
import os
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kaijo.card.meter import Meter
from kaijo.doctor import CardKind, PinState, Severity, examine, findings
from kaijo.doctor.examination import CertificateState
from kaijo.doctor.link_quality import Quality
from kaijo.doctor.report import as_dict
from kaijo.facts.link import LinkCause
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.virtualcard.identity import Sex
from kaijo.virtualcard.persons import CertificateState as PersonCertificateState
from kaijo.virtualcard.persons import Ending, persons
from kaijo.words import LANGS, catalogue
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
NAMES = (
    *("audit", "backup", "check", "claims", "completion", "database", "database-check", "demo", "error"),
    *("face-evaluation", "facts", "keys", "ledger", "ledger-layouts", "ledger-learn", "next", "persons"),
    *("phone-certificate", "pin-keep", "pin-recall", "pin-suggestion", "plan", "probe", "pruned"),
    *("reader-test", "readers", "rehearsal", "reservation", "restore", "season", "signed", "stopped", "terminal"),
    *("verdict",),
)
PROOF = pins_of("signature-locked")[PinKind.AUTHENTICATION]


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def closed(part: Any) -> Any:
    """Return the schema with no room for a field that it does not describe."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    inner = {key: closed(value) for key, value in part.items()}
    return inner | {"additionalProperties": False} if "properties" in inner else inner


def complaints(name: str, answer: object) -> list[str]:
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(closed(schema(name))).iter_errors(answer)
    ]


def run(*words: str, typed: str = "") -> tuple[int, Any]:
    """Run the program with `--json` at the world's time; return its exit code and its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "kaijo", *words, "--json"],
        input=typed,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "KAIJO_LANG": "en"},
    )
    return done.returncode, json.loads(done.stdout)


def part(name: str, *path: str | int) -> Any:
    found = schema(name)
    for step in path:
        found = found[step]
    return found


def test_every_schema_is_one_and_has_its_test_here() -> None:
    assert tuple(sorted(path.stem for path in SCHEMAS.iterdir())) == NAMES
    for name in NAMES:
        Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_object_in_a_schema_needs_all_its_fields(name: str) -> None:
    def walk(where: Any) -> None:
        if isinstance(where, dict):
            if "properties" in where:
                assert where["required"] == list(where["properties"])
            for inner in where.values():
                walk(inner)
        elif isinstance(where, list):
            for inner in where:
                walk(inner)

    walk(schema(name))


@pytest.mark.parametrize(
    ("values", "name", "path"),
    [
        (CardKind, "check", ("properties", "card", "properties", "kind")),
        (PinKind, "check", ("properties", "pins", "items", "properties", "kind")),
        (PinState, "check", ("properties", "pins", "items", "properties", "state")),
        (CertificateState, "check", ("properties", "certificates", "items", "properties", "state")),
        (Severity, "check", ("properties", "findings", "items", "properties", "severity")),
        (Quality, "reader-test", ("properties", "verdict")),
        (LinkCause, "reader-test", ("properties", "helped", "items")),
        (Severity, "reader-test", ("properties", "findings", "items", "properties", "severity")),
        (Chain, "reservation", ("properties", "reservation", "properties", "chains", "items")),
        (Ending, "persons", ("items", "properties", "ending")),
        (Sex, "persons", ("items", "properties", "sex")),
        (PersonCertificateState, "persons", ("$defs", "certificate")),
    ],
)
def test_words_of_a_schema_are_those_of_the_code(values: type[Enum], name: str, path: tuple[str, ...]) -> None:
    assert set(part(name, *path)["enum"]) == {value.value for value in values}


def test_steps_of_the_demo_are_those_of_the_catalogue() -> None:
    steps = part("demo", "properties", "steps", "items", "properties", "step")["enum"]
    assert {f"demo.step.{step}" for step in steps} == {code for code in catalogue() if code.startswith("demo.step.")}


@pytest.mark.parametrize("person_id", [one.id for one in persons()])
def test_reading_of_every_person_fits(world: World, person_id: str) -> None:
    link = Meter(world.card(person_id))
    seen = examine(world.guard(link), world.clock)
    for lang in LANGS:
        answer = json.loads(json.dumps(as_dict(seen, findings(seen), link, lang)))
        assert complaints("check", answer) == []


def test_check_answers_as_described(world: World) -> None:
    card = world.card_file("signature-locked")
    code, answer = run("check", "--card", str(card), "--clock", NIGHT.isoformat())
    assert code == 1
    assert complaints("check", answer) == []


def test_check_with_a_field_more_or_less_does_not_fit(world: World) -> None:
    link = Meter(world.card("fresh"))
    seen = examine(world.guard(link), world.clock)
    answer = json.loads(json.dumps(as_dict(seen, findings(seen), link, "ja")))
    answer["pins"][0]["pin"] = "1234"
    del answer["read_at"]
    assert sorted(complaint.split(":")[0] for complaint in complaints("check", answer)) == ["$", "$.pins[0]"]


def test_reserving_and_resetting_answer_as_described(world: World) -> None:
    card = world.card_file("signature-locked")
    place = ("--card", str(card), "--service", world.url, "--clock", NIGHT.isoformat())
    code, reserved = run("phone", "reserve", "--pin", "signature", *place, typed=f"{PROOF}\n")
    assert code == 0
    assert complaints("reservation", reserved) == []
    new = NEW_PINS[PinKind.SIGNATURE]
    code, completed = run("kiosk", "reset", *place, typed=f"{PROOF}\n{new}\n{new}\n")
    assert code == 0
    assert complaints("completion", completed) == []
    code, refused = run("kiosk", "reset", *place, typed=f"{PROOF}\n{new}\n{new}\n")
    assert (code, refused["error"]["code"]) == (1, "reset.already-done")
    assert complaints("error", refused) == []


def test_persons_answer_as_described() -> None:
    code, answer = run("card", "persons")
    assert code == 0
    assert [one["id"] for one in answer] == [one.id for one in persons()]
    assert complaints("persons", answer) == []


@pytest.mark.parametrize(("person_id", "works", "exit_code"), [("fresh", True, 0), ("both-locked", False, 1)])
def test_demo_answers_as_described(person_id: str, exit_code: int, *, works: bool) -> None:
    code, answer = run("demo", "--person", person_id)
    assert (code, answer["works"]) == (exit_code, works)
    assert complaints("demo", answer) == []


@pytest.mark.parametrize(("noise", "exit_code"), [("case,ring", 0), ("case", 1)])
def test_link_test_answers_as_described(world: World, noise: str, exit_code: int) -> None:
    card = str(world.card_file("fresh"))
    typed = "\n" * 4 if exit_code == 0 else ""
    code, answer = run("reader", "test", "--card", card, "--noise", noise, typed=typed)
    assert code == exit_code
    assert complaints("reader-test", answer) == []


def test_command_that_fails_answers_as_described(tmp_path: Path) -> None:
    code, answer = run("check", "--card", str(tmp_path / "nowhere.json"))
    assert (code, answer["error"]["code"]) == (3, "cardfile.missing")
    assert complaints("error", answer) == []
