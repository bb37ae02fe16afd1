"""The answer of `kaijo plan --json` is what docs/schemas/plan.json says, on very different nights."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kaijo.facts.book import fact
from kaijo.facts.stores import Chain
from kaijo.plan.advice import Plan
from kaijo.plan.rules import Pace
from kaijo.plan.search import ROUTES
from kaijo.words import catalogue
from tests.docs.test_schemas import complaints, run, schema
from tests.plan.nights import KNOWN, LOCKED, MEANS, night, planned, random_night, unsure

MEANLESS = dict.fromkeys(MEANS, False)
NIGHTS: dict[str, dict[str, Any]] = {
    "locked": night("2027-03-15T21:40"),
    "unsure": night(pins={"signature": unsure(0.4, 3), "authentication": {"memory": "unsure"}}),
    "both locked": night(pins={"signature": LOCKED, "authentication": LOCKED}),
    "no route": night(
        pins={"signature": LOCKED, "authentication": LOCKED}, equipment=MEANLESS, places={}, filing={"kind": "refund"}
    ),
    "nothing in time": night("2027-03-15T23:30", equipment=MEANLESS, places={}),
    "far store": night(pins={"signature": KNOWN, "authentication": LOCKED}),
    "child": night(person={"age": 12}),
    "blue and late": night(
        "2027-03-16T01:00", filing={"deadline": "2027-03-15", "kind": "blue", "tax_due": 900_000}
    ),
    "all means": night(
        equipment=dict.fromkeys(MEANS, True),
        places={
            "stores": [{"chain": "aeon", "minutes": 9}],
            "drop_box": {"minutes": 30},
            "post_office": {"minutes": 5, "closes": "21:00"},
        },
    ),
    "only now and pins": {"now": "2027-03-15T20:00", "pins": {"signature": LOCKED, "authentication": KNOWN}},
    "refund, little told": {
        "now": "2027-03-10T12:00",
        "pins": {"signature": KNOWN, "authentication": KNOWN},
        "filing": {"kind": "refund"},
        "equipment": {"nfc_phone": True},
    },
}  # fmt: skip


def answer(made: Plan) -> Any:
    return json.loads(json.dumps(made.as_dict()))


@pytest.mark.parametrize("name", NIGHTS)
def test_plan_of_each_night_fits(name: str) -> None:
    assert complaints("plan", answer(planned(NIGHTS[name]))) == []


@pytest.mark.parametrize("seed", range(4))
def test_plan_of_random_nights_of_which_parts_are_untold_fits(seed: int) -> None:
    rng = Random(f"schema {seed}")
    for _ in range(25):
        raw = random_night(rng, small=False)
        for part in ("filing", "person", "certificates", "equipment", "places"):
            if rng.random() < 0.3:
                del raw[part]
        assert complaints("plan", answer(planned(raw))) == []


def test_plan_as_the_program_prints_it_fits(tmp_path: Path) -> None:
    file = tmp_path / "night.json"
    file.write_text(json.dumps(NIGHTS["locked"]), "utf-8")
    code, printed = run("plan", "--situation", str(file))
    assert (code, printed["routes"][0]["id"]) == (0, "kiosk-etax")
    assert complaints("plan", printed) == []


def test_disputed_facts_that_turn_the_plan_are_told_with_the_other_best_route() -> None:
    box = night("2027-03-16T01:10", equipment={**MEANLESS, "printer": True}, places={"drop_box": {"minutes": 10}})
    by_password = night("2027-03-15T20:00", equipment={**MEANLESS, "id_password": True}, places={})
    for raw, code, data in (
        (box, "reading", {"fact": "drop-box", "best": "paper-drop-box", "chance": 1.0}),
        (by_password, "reading-nothing", {"fact": "id-password", "best": None, "chance": 0.0}),
    ):
        made = answer(planned(raw))
        told = [warning for warning in made["warnings"] if warning["code"].startswith("plan.warning.reading")]
        assert told == [{"code": f"plan.warning.{code}", "data": data, "facts": [data["fact"]]}]
        assert complaints("plan", made) == []


def test_facts_grown_old_are_told_in_a_plan_that_fits() -> None:
    old = max(fact(fact_id).checked for fact_id in planned(NIGHTS["locked"]).facts) + timedelta(days=181)
    made = answer(planned(night(f"{old}T21:40", filing={"kind": "white"}, certificates={})))
    stale = [warning for warning in made["warnings"] if warning["code"] == "plan.warning.stale-facts"]
    assert len(stale) == 1
    assert stale[0]["data"] == {"count": len(stale[0]["facts"])}
    assert complaints("plan", made) == []


def test_unknown_thing_that_would_leave_no_route_is_told_without_one() -> None:
    told = answer(planned(NIGHTS["refund, little told"]))["warnings"]
    assert [warning for warning in told if warning["code"].endswith("-nothing")] == [
        {"code": f"plan.warning.unknown-{name}-nothing", "data": {"best": None, "chance": 0.0}, "facts": []}
        for name in ("age", "moved", "certificate")
    ]


def without(part: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != name}


def test_plan_with_a_field_more_or_less_does_not_fit() -> None:
    made = answer(planned(NIGHTS["locked"]))
    first, stop = made["routes"][0], made["stop_trying"]
    for spoiled in (
        made | {"pin": "1234"},
        without(made, "warnings"),
        made | {"routes": [without(first, "pace")]},
        made | {"routes": [first | {"id": "somehow"}]},
        made | {"routes": [first | {"steps": [first["steps"][0] | {"minutes": 5}]}]},
        made | {"rejected": [made["rejected"][0] | {"data": {"more": 1}}]},
        made | {"stop_trying": without(stop, "authentication")},
        made | {"stop_trying": stop | {"signature": without(stop["signature"], "tries_left")}},
    ):
        assert len(complaints("plan", spoiled)) == 1


def codes(prefix: str) -> set[str]:
    return {code for code in catalogue() if code.startswith(prefix)} - {"plan.stop.costs-nothing"}


def test_words_of_the_schema_are_those_of_the_code() -> None:
    parts, top = schema("plan")["$defs"], schema("plan")["properties"]
    assert parts["route"]["enum"] == list(ROUTES)
    assert parts["chain"]["enum"] == [chain.value for chain in Chain]
    assert parts["way"]["properties"]["pace"]["enum"] == [pace.value for pace in Pace]
    step = parts["step"]["properties"]
    assert {f"plan.act.{act}" for act in step["act"]["enum"]} == codes("plan.act.")
    places = {f"plan.place.{place}" for place in step["place"]["enum"]} - {
        f"plan.place.{chain.value}" for chain in Chain
    }
    assert places == codes("plan.place.")
    line = parts["way"]["properties"]["money"]["properties"]["lines"]["items"]["properties"]
    assert set(line["code"]["enum"]) == codes("plan.money.")
    assert set(parts["stop"]["properties"]["because"]["enum"]) == codes("plan.stop.")
    for kinds, word, prefix in (
        (top["rejected"]["items"], "because", "plan.because."),
        (top["warnings"]["items"], "code", "plan.warning."),
    ):
        named = [code for kind in kinds["anyOf"] for code in kind["properties"][word]["enum"]]
        assert sorted(named) == sorted(codes(prefix))
