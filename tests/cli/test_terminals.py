"""`kaijo phone reserve` and `kaijo kiosk reset`: the way, and everything that can be typed wrong."""

import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from kaijo.facts.pins import PinKind
from kaijo.terminals.kiosk import KioskStep
from kaijo.words import label
from tests.facts.changed import asked_once
from tests.support.command import CommandLine, Ended
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

PERSON = "signature-locked"
PINS = pins_of(PERSON)
PROOF, NEW = PINS[PinKind.AUTHENTICATION], NEW_PINS[PinKind.SIGNATURE]


@pytest.fixture
def card(world: World) -> Path:
    return world.card_file(PERSON)


class Holder:
    """The holder at phone and kiosk."""

    def __init__(self, kaijo: CommandLine, world: World, card: Path) -> None:
        self._kaijo = kaijo
        self.world = world
        self.card = card

    def _at(self, *more: str) -> tuple[str, ...]:
        time = self.world.clock.now().isoformat()
        return ("--card", str(self.card), "--service", self.world.url, "--clock", time, *more)

    def reserve(self, *more: str, stdin: str = f"{PROOF}\n", kind: str = "signature") -> Ended:
        return self._kaijo("phone", "reserve", "--pin", kind, *self._at(*more), stdin=stdin)

    def reset(self, *more: str, stdin: str = f"{PROOF}\n{NEW}\n{NEW}\n") -> Ended:
        return self._kaijo("kiosk", "reset", *self._at(*more), stdin=stdin)

    def tries(self, kind: str) -> int:
        checked = self._kaijo("check", "--card", str(self.card), "--json", "--clock", NIGHT.isoformat()).json()
        return next(int(pin["tries_left"]) for pin in checked["pins"] if pin["kind"] == kind)


@pytest.fixture
def holder(kaijo: CommandLine, world: World, card: Path) -> Holder:
    return Holder(kaijo, world, card)


def test_whole_way_in_json(holder: Holder) -> None:
    made = holder.reserve("--json").json()["reservation"]
    assert (made["kind"], made["replaced"], len(made["chains"])) == ("signature", False, 7)
    assert made["expires_at"] == (NIGHT + timedelta(hours=24)).isoformat()
    done = holder.reset("--json").json()["completed"]
    assert done["kind"] == "signature"
    assert holder.tries("signature") == 5


def test_whole_way_in_words(holder: Holder) -> None:
    reserved = holder.reserve()
    assert (reserved.code, "ローソン" in reserved.out) == (0, True)
    assert "残り3回" in reserved.err
    done = holder.reset("--lang", "en")
    assert done.code == 0
    assert [label(f"kiosk.step.{step.name.lower()}", "en") in done.out for step in KioskStep] == [True] * len(KioskStep)


def test_second_reservation_replaces_the_first(holder: Holder) -> None:
    assert holder.reserve("--json").json()["reservation"]["replaced"] is False
    assert holder.reserve("--json").json()["reservation"]["replaced"] is True
    assert sorted(holder.world.rows("select state from reservations")) == [("live",), ("replaced",)]


def test_wrong_proof_pin_costs_one_try_and_says_so(holder: Holder) -> None:
    wrong = "0001" if PROOF != "0001" else "0002"
    ended = holder.reserve("--json", stdin=f"{wrong}\n")
    assert ended.code == 1
    assert ended.json()["error"]["code"] == "card.wrong-pin"
    assert ended.json()["error"]["data"] == {"kind": "authentication", "tries_left": 2}
    assert holder.tries("authentication") == 2


def test_pin_of_the_wrong_form_costs_nothing(holder: Holder) -> None:
    ended = holder.reserve(stdin="12345\n")
    assert (ended.code, "guard.wrong-form" in ended.err, holder.tries("authentication")) == (4, True, 3)


def test_missing_pin_costs_nothing(holder: Holder) -> None:
    ended = holder.reserve(stdin="")
    assert (ended.code, "usage.no-pin" in ended.err, holder.tries("authentication")) == (2, True, 3)


def test_differing_new_pins_leave_the_reservation_as_it_was(holder: Holder) -> None:
    holder.reserve()
    ended = holder.reset(stdin=f"{PROOF}\n{NEW}\n{NEW}0\n")
    assert (ended.code, "guard.pins-differ" in ended.err) == (4, True)
    assert holder.reset().code == 0


def test_half_typed_visit_leaves_the_reservation_as_it_was(holder: Holder) -> None:
    holder.reserve()
    assert holder.reset(stdin=f"{PROOF}\n").code == 2
    assert holder.reset().code == 0


def test_kiosk_without_reservation_sends_to_the_phone(holder: Holder) -> None:
    ended = holder.reset("--json")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "reset.no-reservation")


def test_kiosk_outside_its_hours_says_when_it_opens(holder: Holder) -> None:
    holder.reserve()
    holder.world.clock.advance(timedelta(hours=1, minutes=20))
    ended = holder.reset("--json")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "reset.kiosk-closed")
    assert ended.json()["error"]["data"] == {"opens_at": "2027-03-16T06:30:00+09:00"}
    assert "06:30" in ended.json()["error"]["remedy"] + ended.json()["error"]["cause"]


def test_expired_reservation_is_named(holder: Holder) -> None:
    holder.reserve()
    holder.world.clock.advance(timedelta(hours=24))
    ended = holder.reset("--json")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "reset.reservation-expired")


def test_card_of_another_person_finds_no_reservation(holder: Holder) -> None:
    holder.reserve()
    holder.card = holder.world.card_file("fresh")
    ended = holder.reset("--json", stdin="1111\nAAA111\nAAA111\n")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "reset.no-reservation")


@pytest.mark.parametrize("kind", ["resident", "attributes"])
def test_other_pins_are_sent_to_the_counter(holder: Holder, kind: str) -> None:
    ended = holder.reserve("--json", kind=kind)
    assert (ended.code, ended.json()["error"]["code"]) == (1, "terminal.counter-only")


def test_unreachable_service_is_said_before_a_pin_is_sent(kaijo: CommandLine, card: Path) -> None:
    with socket.socket() as taken, asked_once():
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        ended = kaijo(
            "phone", "reserve", "--pin", "signature", "--card", str(card), "--service", url, "--json",
            "--clock", NIGHT.isoformat(), stdin=f"{PROOF}\n",
        )  # fmt: skip
    assert (ended.code, ended.json()["error"]["code"]) == (5, "service.unreachable")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x"])
def test_odd_service_address_is_a_clear_error(kaijo: CommandLine, card: Path, url: str) -> None:
    with asked_once():
        ended = kaijo(
            "phone", "reserve", "--pin", "signature", "--card", str(card), "--service", url, "--json",
            "--clock", NIGHT.isoformat(), stdin=f"{PROOF}\n",
        )  # fmt: skip
    assert (ended.code, ended.json()["error"]["code"]) in {(2, "usage.service-url"), (5, "service.unreachable")}


def test_another_program_behind_the_address_is_out_of_contract(kaijo: CommandLine, card: Path) -> None:
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    from kaijo.service.server import serving

    stranger = Starlette(routes=[Route("/{path:path}", lambda _: HTMLResponse("hello"), methods=["GET", "POST"])])
    with serving(stranger) as url:
        ended = kaijo(
            "phone", "reserve", "--pin", "signature", "--card", str(card), "--service", url, "--json",
            "--clock", NIGHT.isoformat(), stdin=f"{PROOF}\n",
        )  # fmt: skip
    assert (ended.code, ended.json()["error"]["code"]) == (5, "service.out-of-contract")


def test_two_places_for_one_card_are_refused(kaijo: CommandLine, card: Path) -> None:
    ended = kaijo("check", "--card", str(card), "--reader", "x")
    assert (ended.code, "usage.two-places" in ended.err) == (2, True)


@pytest.mark.parametrize("time", ["now", "2027-13-01", "25:00", ""])
def test_odd_clock_is_refused(kaijo: CommandLine, card: Path, time: str) -> None:
    ended = kaijo("check", "--card", str(card), "--clock", time)
    assert (ended.code, "usage.time" in ended.err) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("phone", "reserve"), ("phone", "reserve", "--pin", "face"), ("nonsense",), ("check", "--nonsense")]
)
def test_what_is_no_command_ends_with_two(kaijo: CommandLine, arguments: tuple[str, ...]) -> None:
    assert kaijo(*arguments).code == 2


def test_missing_card_file_is_named(kaijo: CommandLine, tmp_path: Path) -> None:
    ended = kaijo("check", "--card", str(tmp_path / "nothing.json"))
    assert (ended.code, "cardfile.missing" in ended.err) == (3, True)


def test_json_error_has_every_part(holder: Holder) -> None:
    error = json.loads(holder.reset("--json", "--lang", "en").out)["error"]
    assert set(error) == {"code", "title", "cause", "remedy", "retriable", "data"}
