from datetime import date, datetime, time
from pathlib import Path

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.book import book, fact, use
from kaijo.facts.counter import counter_schedule
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.listing import listing
from kaijo.facts.local import local_facts, read_local
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import contested
from kaijo.facts.stores import Chain, chains_for

from .changed import TITLE, changed, own

TOWN = """[counter-hours]
value = { opens = 09:00:00, closes = 16:30:00 }
source = "the town hall, by telephone"
checked = 2027-02-10
"""


def test_file_replaces_a_row_and_keeps_its_title(tmp_path: Path) -> None:
    file = tmp_path / "kaijo.toml"
    file.write_text(TOWN, "utf-8")
    facts = read_local(file)
    row = facts["counter-hours"]
    assert (list(facts), row.title, row.confidence, row.disputed, row.file, row.checked) == (
        ["counter-hours"],
        fact("counter-hours").title,
        "LOCAL",
        False,
        str(file),
        date(2027, 2, 10),
    )
    assert row.value == {"opens": time(9), "closes": time(16, 30), "also": []}


def test_what_a_table_leaves_out_stays() -> None:
    with changed(kiosk_hours={"closes": time(22)}):
        assert (kiosk_hours().opens, kiosk_hours().closes) == (time(6, 30), time(22))
    assert kiosk_hours().closes == time(23)


def test_shop_without_a_machine_is_one_line() -> None:
    with changed(reset_chains={"lawson": {"resets": []}}):
        assert Chain.LAWSON not in chains_for(PinKind.SIGNATURE)
        assert Chain.FAMILYMART in chains_for(PinKind.SIGNATURE)
    assert Chain.LAWSON in chains_for(PinKind.SIGNATURE)


def test_new_fact_joins_the_book_while_the_block_lasts() -> None:
    with use(local_facts({"tide": own(3, title=TITLE)}, "kaijo.toml")):
        assert (fact("tide").value, len(book())) == (3, len(listing(date(2027, 3, 15))))
        shown = {entry["id"]: entry for entry in listing(date(2027, 3, 15))}["tide"]
        assert (shown["local"], shown["confidence"], shown["source"]) == (True, "LOCAL", "asked by telephone")
    assert "tide" not in book()


def test_whole_number_may_take_the_place_of_a_decimal() -> None:
    with changed(delinquency_tax={"first": {"percent": 3}}):
        assert fact("delinquency-tax").part("first", "percent") == 3


@pytest.mark.parametrize(
    ("text", "fact_id", "field"),
    [
        ("[counter-hours", "-", "toml"),
        ("counter-hours = 3", "counter-hours", "row"),
        (TOWN.replace("value", "worth"), "counter-hours", "worth"),
        (TOWN.replace('source = "the town hall, by telephone"\n', ""), "counter-hours", "source"),
        (TOWN.replace("checked = 2027-02-10\n", ""), "counter-hours", "checked"),
        (TOWN.replace("2027-02-10", '"today"'), "counter-hours", "checked"),
        (TOWN.replace("closes", "shuts"), "counter-hours", "value.shuts"),
        (TOWN.replace("16:30:00", '"16:30"'), "counter-hours", "value.closes"),
        (TOWN.replace("{ opens = 09:00:00, closes = 16:30:00 }", "9"), "counter-hours", "value"),
        (TOWN + 'confidence = "A"', "counter-hours", "confidence"),
        (TOWN + "disputed = false", "counter-hours", "disputed"),
        (TOWN.replace("counter-hours", "counter-hour"), "counter-hour", "title"),
        (TOWN + 'title = "窓口"', "counter-hours", "title"),
    ],
)
def test_damaged_file_is_named_with_fact_and_field(tmp_path: Path, text: str, fact_id: str, field: str) -> None:
    file = tmp_path / "kaijo.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        read_local(file)
    assert caught.value.code == "facts.local-damaged"
    assert caught.value.data == {"file": str(file), "fact": fact_id, "field": field}


@pytest.mark.parametrize("fact_id", ["tries-floor", "consent-life", "stale-after"])
def test_rules_that_protect_the_card_are_not_for_files(tmp_path: Path, fact_id: str) -> None:
    file = tmp_path / "kaijo.toml"
    file.write_text(TOWN.replace("counter-hours", fact_id), "utf-8")
    with pytest.raises(UsageProblem) as caught:
        read_local(file)
    assert caught.value.diagnostics() == {"code": "facts.local-ours", "data": {"file": str(file), "fact": fact_id}}


def test_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_local(tmp_path / "kaijo.toml")
    assert caught.value.code == "facts.local-unreadable"


def test_example_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "facts.md").read_text("utf-8")
    example = page.partition("## Facts of your own")[2].split("```")[1].removeprefix("toml")
    (tmp_path / "kaijo.toml").write_text(example, "utf-8")
    with use(read_local(tmp_path / "kaijo.toml")):
        assert counter_schedule().is_open(datetime(2027, 3, 13, 10, tzinfo=JST))
        assert Chain.LAWSON not in chains_for(PinKind.SIGNATURE)
        assert contested(["reset-usable", "drop-box"]) == ("drop-box",)


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = " + "{b = " * 5_000, "a = " + "9" * 5_000])
def test_file_without_end_is_damaged(tmp_path: Path, text: str) -> None:
    file = tmp_path / "kaijo.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        read_local(file)
    assert (caught.value.code, caught.value.data["field"]) == ("facts.local-damaged", "toml")
