from pathlib import Path

import pytest

from kaijo.card.files import Application
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import load, open_card
from kaijo.virtualcard.persons import persons
from tests.support.command import CommandLine
from tests.support.world import World


def test_persons_are_listed_with_their_pins(kaijo: CommandLine) -> None:
    listed = kaijo("card", "persons", "--json").json()
    assert [row["id"] for row in listed] == [one.id for one in persons()]
    assert set(listed[0]["pins"]) == {kind.value for kind in PinKind}
    assert all(len(row["pins"]["authentication"]["value"] or "1234") == 4 for row in listed)


def test_persons_are_listed_for_people(kaijo: CommandLine) -> None:
    ended = kaijo("card", "persons")
    assert [line.split()[0] for line in ended.out.splitlines()] == [one.id for one in persons()]


def test_new_card_holds_its_person(kaijo: CommandLine, world: World) -> None:
    file = world.folder / "new.json"
    made = kaijo("card", "new", str(file), "--person", "signature-locked", "--json").json()
    shown = kaijo("card", "show", str(file), "--json").json()
    assert shown["person"] == "signature-locked"
    assert shown["pins"]["signature"] == made["pins"]["signature"]
    assert load(file).directories[Application.JPKI].pins


def test_card_is_never_overwritten(kaijo: CommandLine, world: World) -> None:
    file = world.card_file("fresh")
    before = file.read_bytes()
    ended = kaijo("card", "new", str(file), "--person", "fresh")
    assert (ended.code, file.read_bytes()) == (3, before)
    assert "cardfile.exists" in ended.err


@pytest.mark.usefixtures("world")
def test_unknown_person_is_told_who_there_is(kaijo: CommandLine, tmp_path: Path) -> None:
    ended = kaijo("card", "new", str(tmp_path / "x.json"), "--person", "nobody", "--lang", "en")
    assert ended.code == 2
    assert "signature-locked" in ended.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "cardfile.foreign"),
        ("{}", "cardfile.foreign"),
        ("hello", "cardfile.foreign"),
        ("\x00" * 50, "cardfile.foreign"),
    ],
)
def test_foreign_file_is_no_card(kaijo: CommandLine, tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "foreign"
    file.write_text(content)
    for command in (("card", "show", str(file)), ("check", "--card", str(file))):
        ended = kaijo(*command)
        assert (ended.code, code in ended.err) == (3, True)


def test_damaged_card_is_told_from_a_foreign_file(kaijo: CommandLine, world: World) -> None:
    file = world.card_file("fresh")
    file.write_text(file.read_text().replace('"tries_left": 5', '"tries_left": 4', 1).replace(":5,", ":4,", 1))
    ended = kaijo("check", "--card", str(file))
    assert ended.code == 3
    assert "cardfile.damaged" in ended.err


def test_card_that_lies_elsewhere_is_in_use(kaijo: CommandLine, world: World) -> None:
    file = world.card_file("fresh")
    link = open_card(file)
    ended = kaijo("check", "--card", str(file))
    link.close()
    assert (ended.code, "cardfile.in-use" in ended.err) == (3, True)
    assert kaijo("check", "--card", str(file)).code == 0


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "127.0.0.1:x", ":1", "127.0.0.1:99999"])
def test_odd_reader_address_is_refused(kaijo: CommandLine, world: World, address: str) -> None:
    ended = kaijo("card", "insert", str(world.card_file("fresh")), "--vpcd", address)
    assert ended.code == 2
    assert "vpcd.address" in ended.err
