from pathlib import Path

import pytest

from kaijo.errors import UsageProblem
from kaijo.ledger.layout import known_layouts, own_layouts
from kaijo.ledger.reading import read_statement
from tests.ledger.samples import D5, SAMPLES, expected, write

OWN = """
id = "my-bank"
name = "わたしの銀行"
kind = "bank"
own_title = "普通預金"
header = ["取引日", "内容", "金額"]
day = ["取引日"]
text = ["内容"]
amount = "金額"
"""


def test_every_layout_has_its_sample_source_and_date() -> None:
    assert {layout.id for layout in known_layouts()} == set(SAMPLES)
    assert [one.id for one in known_layouts() if not one.source or not one.checked or not one.confidence] == []


@pytest.mark.parametrize("layout", SAMPLES)
def test_sample_is_recognised_and_read_line_by_line(tmp_path: Path, layout: str) -> None:
    read = read_statement(write(tmp_path, layout), known_layouts())
    assert (read.layout.id, read.entries) == (layout, expected(layout))
    assert (len(read.skipped), [one.content for one in read.skipped if one.unreadable]) == (SAMPLES[layout].others, [])
    assert read.encoding == SAMPLES[layout].encoding.removesuffix("-sig")


@pytest.mark.parametrize("layout", SAMPLES)
def test_sample_in_the_other_encoding_reads_the_same(tmp_path: Path, layout: str) -> None:
    path = tmp_path / f"{layout}.csv"
    path.write_text(SAMPLES[layout].text, "utf-8", newline="")
    assert read_statement(path, known_layouts()).entries == expected(layout)


def test_own_layout_is_read(tmp_path: Path) -> None:
    own, file = tmp_path / "own.toml", tmp_path / "statement.csv"
    own.write_text(OWN, "utf-8")
    file.write_text("取引日,内容,金額\nR9.1.5,家賃,△80000\n", "utf-8")
    (entry,) = read_statement(file, own_layouts(own)).entries
    assert (entry.day, entry.amount, entry.text, entry.layout) == (D5, -80000, "家賃", "my-bank")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('id = "my-bank"', "", "id"),
        ('kind = "bank"', 'kind = "purse"', "kind"),
        ('name = "わたしの銀行"', "name = 3", "name"),
        ('header = ["取引日", "内容", "金額"]', "", "header"),
        ('day = ["取引日"]', "day = []", "day"),
        ('day = ["取引日"]', "day = 1", "day"),
        ('amount = "金額"', "", "amount"),
        ('amount = "金額"', 'amount = "Betrag"', "header"),
        ("id =", "id", "TOML"),
        ('header = ["取引日", "内容", "金額"]', "places = { width = 3, day = 1, text = 2, out = 0 }", "places"),
        (
            'header = ["取引日", "内容", "金額"]',
            'places = { width = 3, day = 1, text = 2, out = 3 }\nfirst = "("',
            "first",
        ),
    ],
)
def test_own_layout_that_is_wrong_names_the_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises(UsageProblem) as caught:
        own_layouts(own)
    assert (caught.value.code, caught.value.data["field"]) == ("ledger.bad-layout", field)
