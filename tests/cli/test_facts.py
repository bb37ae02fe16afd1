from datetime import datetime
from pathlib import Path

import pytest

from kaijo.cli import facts as listed
from kaijo.clock import JST, ManualClock
from kaijo.facts.book import book
from kaijo.facts.claims import claims
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine

TODAY = datetime(2026, 12, 1, 12, tzinfo=JST)
TOWN = """[counter-hours]
value = { opens = 09:00:00 }
source = "the town hall, by telephone"
checked = 2020-02-10
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, where no file of facts lies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAIJO_FACTS", raising=False)
    monkeypatch.setattr(listed, "SystemClock", lambda: ManualClock(TODAY))  # or ours grow old, too, one day
    return tmp_path


def test_every_fact_is_listed_with_its_words_source_and_confidence(kaijo: CommandLine) -> None:
    told = kaijo("facts", "--lang", "en")
    assert told.code == 0
    for row in book().values():
        assert row.title["en"] in told.out
        assert row.source in told.out
    assert "from 06:30; until 23:00" in told.out
    assert "confidence B (official page of a municipality or maker), checked 2026-11-01" in told.out
    assert "[local]" not in told.out


def test_disputed_fact_is_marked(kaijo: CommandLine) -> None:
    marked = "説が分かれる、または未確認"
    assert marked in kaijo("facts", "reset-chains").out
    assert marked not in kaijo("facts", "reset-fee").out


def test_word_filters_and_nothing_found_is_said(kaijo: CommandLine) -> None:
    rows = kaijo("facts", "KIOSK-HOURS", "--json").json()
    assert [row["id"] for row in rows] == ["kiosk-hours"]
    assert kaijo("facts", "moonlight").out == "あてはまる事実はありません。\n"
    assert kaijo("facts", "moonlight", "--json").json() == []


def test_answers_keep_to_their_schemas(kaijo: CommandLine, folder: Path) -> None:
    (folder / "kaijo.toml").write_text(TOWN, "utf-8")
    assert complaints("facts", kaijo("facts", "--json").json()) == []
    assert complaints("claims", kaijo("facts", "--claims", "--json").json()) == []


@pytest.mark.parametrize("way", ["here", "option", "environment"])
def test_facts_of_ones_own_are_shown_as_such(
    kaijo: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    file = folder / ("kaijo.toml" if way == "here" else "town.toml")
    file.write_text(TOWN, "utf-8")
    if way == "environment":
        monkeypatch.setenv("KAIJO_FACTS", str(file))
    option = ("--facts", str(file)) if way == "option" else ()
    told = kaijo("facts", "counter-hours", "--lang", "en", *option).out
    assert "from 09:00; until 17:00" in told
    assert "[old]  [local]" in told
    row = {one["id"]: one for one in kaijo("facts", "--json", *option).json()}["counter-hours"]
    assert (row["local"], row["confidence"], row["stale"], row["disputed"]) == (True, "LOCAL", True, False)
    assert [one["id"] for one in kaijo("facts", "--stale", "--json", *option).json()] == ["counter-hours"]
    assert book()["counter-hours"].confidence == "B"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (TOWN.replace("opens", "open"), "facts.local-damaged", "value.open"),
        (TOWN.replace("counter-hours", "tries-floor"), "facts.local-ours", "tries-floor"),
        (None, "facts.local-unreadable", "town.toml"),
    ],
)
def test_file_that_cannot_be_used_is_refused(
    kaijo: CommandLine, folder: Path, text: str | None, code: str, told: str
) -> None:
    file = folder / "town.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    ended = kaijo("facts", "--facts", str(file))
    assert (ended.code, code in ended.err, told in ended.err) == (2, True, True)
    assert kaijo("facts", "--facts", str(file), "--json").json()["error"]["code"] == code


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_claims_are_listed_with_what_is_true_instead(kaijo: CommandLine, lang: str) -> None:
    told = kaijo("facts", "--claims", "--lang", lang).out
    for claim in claims():
        assert claim.text[lang] in told
        assert claim.instead[lang] in told
    assert ("考え直して" if lang == "ja" else "Think it over") not in told


def test_claim_that_a_local_fact_shakes_says_so(kaijo: CommandLine, folder: Path) -> None:
    text = TOWN.replace("counter-hours", "kiosk-hours").replace("09:00:00", "05:00:00")
    (folder / "kaijo.toml").write_text(text, "utf-8")
    assert kaijo("facts", "--claims", "--lang", "en").out.count("differ from what this verdict rests on") == 2
    rows = kaijo("facts", "--claims", "--json").json()
    assert [row["id"] for row in rows if row["shaken"]] == ["kiosk-from-0630-to-2300", "store-all-night"]
