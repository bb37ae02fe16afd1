"""`kaijo plan`: the answer in words and JSON, its sheet, its questions, and what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from kaijo.plan.advice import plan
from kaijo.plan.parsing import parse
from tests.support.command import CommandLine
from tests.support.world import World

NIGHT = "2027-03-15T21:40:00+09:00"
SITUATION: dict[str, Any] = {
    "now": NIGHT,
    "filing": {"deadline": "2027-03-15", "kind": "blue", "ready_in_minutes": 20},
    "person": {"age": 41, "moved_since_issue": False},
    "pins": {
        "authentication": {"memory": "known", "tries_left": 3},
        "signature": {"memory": "forgotten", "tries_left": 0},
    },
    "certificates": {
        "authentication": {"not_after": "2029-05-05"},
        "signature": {"not_after": "2029-05-05", "revoked": False},
    },
    "equipment": {"nfc_phone": True, "phone_certificate": False, "id_password": False, "printer": True},
    "places": {"stores": [{"chain": "lawson", "minutes": 6}], "counter": {"minutes": 25}},
}


@pytest.fixture
def situation(tmp_path: Path) -> Path:
    path = tmp_path / "situation.json"
    path.write_text(json.dumps(SITUATION), "utf-8")
    return path


def test_plan_answers_in_the_shape_of_the_contract(kaijo: CommandLine, situation: Path) -> None:
    ended = kaijo("plan", "--situation", str(situation), "--json")
    answer = ended.json()
    assert (ended.code, answer["routes"][0]["id"]) == (0, "kiosk-etax")
    assert {"routes", "rejected", "stop_trying", "warnings"} <= set(answer)
    assert {"id", "meets_deadline", "chance", "finish", "steps"} <= set(answer["routes"][0])
    assert answer == plan(parse(SITUATION)).as_dict()


@pytest.mark.parametrize(("lang", "said"), [("ja", "いちばんよい道"), ("en", "Best: reset at a store")])
def test_plan_is_told_as_a_timetable(kaijo: CommandLine, situation: Path, lang: str, said: str) -> None:
    ended = kaijo("plan", "--situation", str(situation), "--lang", lang)
    assert ended.code == 0
    assert said in ended.out
    assert "21:40" in ended.out


def test_another_night_is_asked_with_at(kaijo: CommandLine, situation: Path) -> None:
    late = kaijo("plan", "--situation", str(situation), "--at", "2027-03-15T23:30", "--json")
    assert late.code == 1
    assert [route["id"] for route in late.json()["routes"] if route["meets_deadline"]] == []


def test_situation_is_read_from_stdin(kaijo: CommandLine) -> None:
    assert kaijo("plan", "--situation", "-", "--json", stdin=json.dumps(SITUATION)).code == 0


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_sheet_is_one_page_of_pdf(kaijo: CommandLine, situation: Path, tmp_path: Path, lang: str) -> None:
    sheet = tmp_path / "plan.pdf"
    assert kaijo("plan", "--situation", str(situation), "--pdf", str(sheet), "--lang", lang).code == 0
    content = sheet.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type/Page/") <= 1


def test_calendar_has_every_step(kaijo: CommandLine, situation: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert kaijo("plan", "--situation", str(situation), "--ics", str(file)).code == 0
    content = file.read_text("utf-8")
    assert content.startswith("BEGIN:VCALENDAR")
    assert content.count("BEGIN:VEVENT") >= len(plan(parse(SITUATION)).routes[0].steps)


def test_card_answers_what_it_knows(kaijo: CommandLine, world: World) -> None:
    answers = ["known", "blue", "20", "n", "y", "n", "n", "y", "lawson", "6", "25", ""]
    ended = kaijo(
        "plan", "--card", str(world.card_file("signature-locked")), "--at", "2027-03-15T21:40", "--json",
        stdin="".join(f"{answer}\n" for answer in answers),
    )  # fmt: skip
    assert (ended.code, ended.json()["routes"][0]["id"]) == (0, "kiosk-etax")


@pytest.mark.parametrize(("known", "first"), [("y", True), ("n", False)])
def test_phones_own_pin_is_asked_about_where_there_are_certificates(
    kaijo: CommandLine, world: World, known: str, *, first: bool
) -> None:
    answers = ["known", "blue", "20", "n", "y", "y", known, "n", "y", "lawson", "6", "25", ""]
    ended = kaijo(
        "plan", "--card", str(world.card_file("signature-locked")), "--at", "2027-03-15T21:40", "--json",
        stdin="".join(f"{answer}\n" for answer in answers),
    )  # fmt: skip
    assert (ended.json()["routes"][0]["id"] == "phone-certificate-etax") == first


def test_nothing_answered_still_gives_an_answer(kaijo: CommandLine) -> None:
    ended = kaijo("plan", "--json", "--at", "2027-03-15T21:40", stdin="\n" * 20)
    assert ended.code in {0, 1}
    assert ended.json()["warnings"]


@pytest.mark.parametrize("content", [pytest.param("[" * 100_000, id="brackets"), "", "[]", "nonsense", '"text"'])
def test_file_that_holds_no_situation_is_refused(kaijo: CommandLine, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    ended = kaijo("plan", "--situation", str(path))
    assert (ended.code, "plan.unreadable" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("pins", "signature", "tries_left"), 6),
        (("pins", "signature", "memory"), "maybe"),
        (("places", "stores"), [{"chain": "corner", "minutes": 5}]),
        (("now",), "yesterday"),
        (("surprise",), 1),
    ],
)
def test_impossible_situation_is_refused_by_field(
    kaijo: CommandLine, tmp_path: Path, path: tuple[str, ...], value: object
) -> None:
    raw = json.loads(json.dumps(SITUATION))
    part = raw
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(raw))
    ended = kaijo("plan", "--situation", str(file), "--json")
    error = ended.json()["error"]
    assert (ended.code, error["code"]) == (2, "plan.bad-situation")
    assert path[-1] in json.dumps(error)
