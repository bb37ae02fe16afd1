"""`kaijo reader`, as people and programs meet it."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kaijo.facts.link import LinkCause
from kaijo.virtualcard.cardfile import create, open_card
from kaijo.words import LANGS, Lang, label
from tests.support.command import CommandLine, Ended
from tests.support.world import issued

ALL = ",".join(cause.value for cause in LinkCause)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "fresh.json"
    create(path, issued("fresh"))
    return path


def measured(ended: Ended) -> list[tuple[Any, Any, Any]]:
    return [(one["cause"], one["verdict"], one["helped"]) for one in ended.json()["measurements"]]


def test_clean_link_is_good_and_nothing_is_asked(kaijo: CommandLine, card: Path) -> None:
    content = card.read_bytes()
    ended = kaijo("reader", "test", "--card", str(card), "--json")
    assert (ended.code, ended.err) == (0, "")
    assert measured(ended) == [(None, "good", None)]
    assert card.read_bytes() == content


def test_every_change_that_helped_is_named(kaijo: CommandLine, card: Path) -> None:
    ended = kaijo("reader", "test", "--card", str(card), "--noise", "case,charging", "--json", stdin="\n\n\n\n")
    assert ended.code == 0
    assert measured(ended) == [
        (None, "unusable", None),
        ("moved", "unusable", False),
        ("case", "shaky", True),
        ("ring", "shaky", False),
        ("charging", "good", True),
    ]
    assert ended.json()["helped"] == ["case", "charging"]
    assert [item["code"] for item in ended.json()["findings"]] == ["link.good", "link.was.case", "link.was.charging"]


@pytest.mark.parametrize("lang", LANGS)
def test_people_see_measurements_chart_and_remedies(kaijo: CommandLine, card: Path, lang: Lang) -> None:
    at = ("reader", "test", "--card", str(card), "--noise", ALL, "--lang", lang)
    told, answered = kaijo(*at, stdin="\n" * 4), kaijo(*at, "--json", stdin="\n" * 4)
    assert told.code == answered.code == 0
    for finding in answered.json()["findings"]:
        assert all(finding[part] in told.out for part in ("title", "cause", "remedy"))
    chart = told.out.partition(label("link.chart", lang))[2].splitlines()[1:6]
    assert [
        line.startswith(label(f"link.without.{cause}", lang))
        for line, cause in zip(chart[1:], ("moved", "case", "ring", "charging"), strict=True)
    ] == [True] * 4
    assert [label("link.helped-most", lang) in line for line in chart] == [False, False, True, False, False]
    assert told.err.count(label("link.answers", lang)) == 4


@pytest.mark.parametrize(
    ("typed", "causes"),
    [
        ("", [None]),
        ("q\n", [None]),
        ("s\n", [None]),
        ("s\nskip\nn\n\n", [None, "charging"]),
        ("はい\nとばす\nおわり\n", [None, "moved"]),
        (" YES \nq", [None, "moved"]),
        ("what?\n\n", [None, "moved"]),
        ("s\ns\ns\ns\n\n\n", [None]),
    ],
)
def test_each_line_of_a_pipe_is_an_answer(kaijo: CommandLine, card: Path, typed: str, causes: list[str | None]) -> None:
    ended = kaijo("reader", "test", "--card", str(card), "--noise", ALL, "--rounds", "3", "--json", stdin=typed)
    assert [one["cause"] for one in ended.json()["measurements"]] == causes
    assert ended.code == 1


def test_once_measures_once(kaijo: CommandLine, card: Path) -> None:
    ended = kaijo("reader", "test", "--card", str(card), "--noise", "case", "--once", "--json", stdin="\n\n")
    assert (ended.code, ended.err) == (1, "")
    assert measured(ended) == [(None, "shaky", None)]


def test_seed_and_rounds_decide_what_is_measured(kaijo: CommandLine, card: Path) -> None:
    def numbers(*more: str) -> Any:
        return kaijo("reader", "test", "--card", str(card), "--noise", ALL, "--once", "--json", *more).json()[
            "measurements"
        ]

    assert numbers("--seed", "7") == numbers("--seed", "7")
    assert numbers("--seed", "7") != numbers("--seed", "8")
    assert numbers("--rounds", "2")[0]["commands"] == 78


def test_facts_of_a_virtual_card_are_told(kaijo: CommandLine, card: Path) -> None:
    opened = open_card(card)
    opened.close()
    answer = kaijo("reader", "test", "--card", str(card), "--json").json()
    assert answer["reader"] == str(card)
    assert answer["facts"] == {
        "atr": opened.atr.hex().upper(),
        "protocol": None,
        "bits_per_second": None,
        "simulated": True,
    }


@pytest.mark.parametrize("noise", ["moon", "case,moon", "", "case;ring", "CASE"])
def test_unknown_noise_is_told_which_there_is(kaijo: CommandLine, card: Path, noise: str) -> None:
    ended = kaijo("reader", "test", "--card", str(card), "--noise", noise, "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, "usage.noise")
    assert ended.json()["error"]["data"]["known"] == ["moved", "case", "ring", "charging"]


def test_noise_is_for_virtual_cards(kaijo: CommandLine) -> None:
    ended = kaijo("reader", "test", "--reader", "x", "--noise", "case", "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, "usage.noise-reader")


def test_card_lies_in_one_place(kaijo: CommandLine, card: Path) -> None:
    ended = kaijo("reader", "test", "--reader", "x", "--card", str(card), "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, "usage.two-places")


def test_missing_card_is_trouble(kaijo: CommandLine, tmp_path: Path) -> None:
    ended = kaijo("reader", "test", "--card", str(tmp_path / "nowhere"), "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (3, "cardfile.missing")


def test_stopping_while_asked_ends_clearly_and_lets_the_card_go(kaijo: CommandLine, card: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kaijo", "reader", "test", "--card", str(card), "--noise", "case", "--lang", "en"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().strip() == label("link.ask.moved", "en")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.endswith(label("cli.stopped", "en") + "\n")
    assert kaijo("reader", "test", "--card", str(card), "--once").code == 0
