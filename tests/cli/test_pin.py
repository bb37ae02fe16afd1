"""`kaijo pin change`, and the deliberate act that spends a last try."""

import json
from pathlib import Path

import pytest

from kaijo.card.files import Application, Jpki
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import load, open_card, save
from kaijo.words import label
from tests.support.command import CommandLine, Ended
from tests.support.world import World, pins_of

PINS = pins_of("fresh")
NEW = {
    PinKind.SIGNATURE: "K4IJ9Q7",
    PinKind.AUTHENTICATION: "8642",
    PinKind.RESIDENT: "8642",
    PinKind.ATTRIBUTES: "8642",
}
WRONG = next(pin for pin in ("9753", "9754") if pin != PINS[PinKind.AUTHENTICATION])


@pytest.fixture
def card(world: World) -> Path:
    return world.card_file("fresh")


def change(kaijo: CommandLine, card: Path, kind: PinKind, *lines: str, lang: str = "ja") -> Ended:
    stdin = "".join(f"{line}\n" for line in lines)
    return kaijo("pin", "change", kind.value, "--card", str(card), "--json", "--lang", lang, stdin=stdin)


def set_left(card: Path, left: int) -> None:
    image = load(card)
    image.directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left = left
    save(card, image)


def left(card: Path) -> int:
    return load(card).directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left


@pytest.mark.parametrize("kind", PinKind)
def test_every_kind_is_changed_and_verified(kaijo: CommandLine, world: World, card: Path, kind: PinKind) -> None:
    ended = change(kaijo, card, kind, PINS[kind], NEW[kind], NEW[kind])
    assert (ended.code, ended.json()) == (0, {"kind": kind.value, "valid": "new"})
    link = open_card(card)
    guard = world.guard(link)
    guard.verify(kind, NEW[kind], shown=guard.tries(kind))
    link.close()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("{old}", "864", "864"), "guard.wrong-form"),
        (("{old}", "8642", "8643"), "guard.pins-differ"),
        (("{old}", "{old}", "{old}"), "guard.same-pin"),
        (("12", "8642", "8642"), "guard.wrong-form"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    kaijo: CommandLine, card: Path, lines: tuple[str, ...], code: str
) -> None:
    old = PINS[PinKind.AUTHENTICATION]
    ended = change(kaijo, card, PinKind.AUTHENTICATION, *(line.format(old=old) for line in lines))
    assert (ended.code, ended.json()["error"]["code"], left(card)) == (4, code, 3)


def test_wrong_present_pin_changes_nothing(kaijo: CommandLine, card: Path) -> None:
    ended = change(kaijo, card, PinKind.AUTHENTICATION, WRONG, "8642", "8642")
    assert (ended.code, ended.json()["error"]["code"], left(card)) == (1, "card.wrong-pin", 2)


def test_weak_pin_is_advised_against(kaijo: CommandLine, card: Path) -> None:
    ended = change(kaijo, card, PinKind.AUTHENTICATION, PINS[PinKind.AUTHENTICATION], "1234", "1234", lang="en")
    assert ended.code == 0
    assert label("weak.run", "en") in ended.err


def test_advice_to_stop_stands_before_the_question(kaijo: CommandLine, card: Path) -> None:
    set_left(card, 2)
    ended = change(kaijo, card, PinKind.AUTHENTICATION, lang="en")
    assert label("stop.advice", "en") in ended.err
    assert "can still reserve" in ended.err


@pytest.mark.parametrize("said", ["", "y", "yes", "はい", "最後の1回"])
def test_last_try_is_not_spent_by_anything_but_the_sentence(kaijo: CommandLine, card: Path, said: str) -> None:
    set_left(card, 1)
    ended = change(kaijo, card, PinKind.AUTHENTICATION, PINS[PinKind.AUTHENTICATION], "8642", "8642", said)
    assert (ended.code, ended.json()["error"]["code"], left(card)) == (4, "guard.last-try", 1)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_sentence_lets_the_holder_go_on_and_is_noted_without_the_pin(
    kaijo: CommandLine, card: Path, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    set_left(card, 1)
    sentence = label("stop.sentence", "ja" if lang == "ja" else "en")
    old = PINS[PinKind.AUTHENTICATION]
    ended = change(kaijo, card, PinKind.AUTHENTICATION, old, "8642", "8642", sentence, lang=lang)
    assert (ended.code, left(card)) == (0, 3)
    noted = (tmp_path / "home" / "notes.jsonl").read_text("utf-8")
    row = json.loads(noted)
    assert (row["act"], row["kind"], set(row)) == ("last-try", "authentication", {"at", "act", "kind", "place"})
    assert old not in noted.replace(row["at"], "")


def test_absent_pin_is_said_to_be_locked_or_absent(kaijo: CommandLine, world: World) -> None:
    ended = change(kaijo, world.card_file("face-only"), PinKind.AUTHENTICATION, "1111", "8642", "8642")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "card.locked")
