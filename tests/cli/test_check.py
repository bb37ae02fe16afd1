import os
import pty
import subprocess
import sys

import pytest

from kaijo.virtualcard.persons import persons
from tests.support.command import CommandLine
from tests.support.world import NIGHT, World


@pytest.mark.parametrize("person_id", [one.id for one in persons()])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_check_reads_every_person_in_both_languages(
    kaijo: CommandLine, world: World, person_id: str, lang: str
) -> None:
    file = world.card_file(person_id)
    content = file.read_bytes()
    at = ("--card", str(file), "--clock", NIGHT.isoformat(), "--lang", lang)
    told, answered = kaijo("check", *at), kaijo("check", *at, "--json")
    bad = any(finding["severity"] == "bad" for finding in answered.json()["findings"])
    assert told.code == answered.code == int(bad)
    assert all(finding["title"] in told.out.replace("\n", "") for finding in answered.json()["findings"])
    assert file.read_bytes() == content


def test_check_answers_in_the_shape_of_the_contract(kaijo: CommandLine, world: World) -> None:
    answer = kaijo("check", "--card", str(world.card_file("fresh")), "--clock", NIGHT.isoformat(), "--json").json()
    assert set(answer) == {"reader", "read_at", "card", "pins", "certificates", "findings", "link"}
    assert [pin["kind"] for pin in answer["pins"]] == ["signature", "authentication", "resident", "attributes"]
    assert answer["pins"][0] == {"kind": "signature", "tries_left": 5, "tries_max": 5, "state": "full"}
    assert answer["card"]["kind"] == "current"
    assert answer["link"]["apdus"] < 40


def test_report_is_written_beside_the_answer(kaijo: CommandLine, world: World) -> None:
    report = world.folder / "report.html"
    at = ("--card", str(world.card_file("signature-locked")), "--clock", NIGHT.isoformat())
    assert kaijo("check", *at, "--report", str(report)).code == 1
    page = report.read_text("utf-8")
    assert "finding.locked" in page
    assert str(world.folder) not in page


def test_report_that_cannot_be_written_is_said(kaijo: CommandLine, world: World) -> None:
    at = ("--card", str(world.card_file("fresh")), "--clock", NIGHT.isoformat())
    ended = kaijo("check", *at, "--report", str(world.folder / "none" / "report.html"))
    assert (ended.code, "usage.unwritable" in ended.err) == (2, True)


def test_watch_is_for_readers(kaijo: CommandLine, world: World) -> None:
    ended = kaijo("check", "--watch", "--card", str(world.card_file("fresh")))
    assert (ended.code, "usage.watch-reader" in ended.err) == (2, True)


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_terminal_is_written_in_colour_unless_it_is_unwanted(world: World, no_colour: str, coloured: bool) -> None:
    at = ("--card", str(world.card_file("fresh")), "--clock", NIGHT.isoformat())
    ours, its = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen, os.fdopen(its, "wb") as terminal:
        command = [sys.executable, "-m", "kaijo", "check", *at]
        subprocess.run(command, stdout=terminal, env={**os.environ, "NO_COLOR": no_colour}, check=True)
        assert (b"\x1b[" in screen.read(65536)) is coloured
