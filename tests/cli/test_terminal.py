"""`kaijo terminal`: from a service that answers no kiosk to one that knows this one, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.words import label
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine, Ended
from tests.support.world import NEW_PINS, World, pins_of

PERSON = "signature-locked"
PROOF, NEW = pins_of(PERSON)[PinKind.AUTHENTICATION], NEW_PINS[PinKind.SIGNATURE]


class Operator:
    """An operator at the service's machine, and the kiosk that is to be enrolled."""

    def __init__(self, kaijo: CommandLine, world: World, url: str) -> None:
        self._kaijo = kaijo
        self._time = world.clock.now().isoformat()
        self._data = str(world.data)
        self._card = str(world.card_file(PERSON))
        self.url = url

    def at_service(self, *words: str) -> Ended:
        return self._kaijo("terminal", *words, "--data", self._data, "--clock", self._time, "--json")

    def join(self, code: str) -> Ended:
        at = ("--service", self.url, "--clock", self._time, "--json")
        return self._kaijo("terminal", "join", *at, stdin=f"{code}\n")

    def reset(self) -> Ended:
        at = ("--card", self._card, "--service", self.url, "--clock", self._time, "--json")
        return self._kaijo("kiosk", "reset", *at, stdin=f"{PROOF}\n{NEW}\n{NEW}\n")


@pytest.fixture
def operator(kaijo: CommandLine, world: World) -> Iterator[Operator]:
    world.reserve(world.card(PERSON), PERSON)
    with serving(app.service(world.data, world.clock, face_required=False, terminals_required=True)) as url:
        yield Operator(kaijo, world, url)


def test_kiosk_is_let_in_with_a_code_and_shut_out_by_name(operator: Operator, world: World) -> None:
    assert operator.reset().json()["error"]["code"] == "terminal.required"
    made = operator.at_service("enrol", "kiosk 7").json()
    joined = operator.join(made["code"]).json()
    assert (joined["name"], joined["place"]) == ("kiosk 7", "kiosk")
    assert Path(joined["key_file"]).stat().st_mode & 0o777 == 0o600
    assert operator.reset().json()["completed"]["kind"] == "signature"
    assert world.rows("select kiosk from sessions") == [("kiosk 7",)]
    listed = operator.at_service("list").json()
    assert [(row["name"], row["state"], row["seen_at"] is not None) for row in listed] == [("kiosk 7", "known", True)]
    gone = operator.at_service("revoke", "kiosk 7").json()
    refused = operator.reset()
    assert (refused.code, refused.json()["error"]["code"]) == (1, "terminal.revoked")
    assert [complaints("terminal", answer) for answer in (made, joined, listed, gone)] == [[], [], [], []]


def test_code_that_was_used_lets_nobody_else_in(operator: Operator) -> None:
    code = operator.at_service("enrol", "kiosk 7").json()["code"]
    assert operator.join(code).code == 0
    refused = operator.join(code)
    assert (refused.code, refused.json()["error"]["code"]) == (1, "terminal.bad-code")


def test_key_that_others_can_read_is_not_used(operator: Operator) -> None:
    file = Path(operator.join(operator.at_service("enrol", "kiosk 7").json()["code"]).json()["key_file"])
    file.chmod(0o644)
    refused = operator.reset()
    assert (refused.code, refused.json()["error"]["code"]) == (5, "terminal.key-damaged")


def test_answers_in_words(kaijo: CommandLine, world: World) -> None:
    at = ("--data", str(world.data), "--lang", "en")
    made = kaijo("terminal", "enrol", "window 1", "--place", "counter", *at)
    assert "Enrolment code of “window 1”" in made.out
    listed = kaijo("terminal", "list", *at)
    assert listed.out == f"window 1 (counter): {label('terminal.state.expected', 'en')}\n"
    assert "shut out" in kaijo("terminal", "revoke", "window 1", *at).out
    assert "締め出し済み" in kaijo("terminal", "list", "--data", str(world.data)).out
