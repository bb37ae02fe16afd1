"""`kaijo ledger`: from statements to a file and back to rules, on the command line."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.docs.test_schemas import complaints
from tests.ledger.samples import SAMPLES, mufg, write
from tests.support.command import CommandLine


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize("target", ["freee", "moneyforward", "yayoi", "xlsx"])
def test_every_layout_goes_into_one_file(kaijo: CommandLine, tmp_path: Path, target: str) -> None:
    files = [str(write(tmp_path, layout)) for layout in SAMPLES]
    out = tmp_path / "out.file"
    ended = kaijo("ledger", *files, "--to", target, "--out", str(out), "--json")
    assert (ended.code, complaints("ledger", ended.json())) == (0, [])
    assert ended.json()["bookings"] == sum(len(sample.movements) for sample in SAMPLES.values())
    again = kaijo("ledger", *files, "--to", target, "--out", str(tmp_path / "again.file"), "--json")
    assert (target == "xlsx" or (tmp_path / "again.file").read_bytes() == out.read_bytes(), again.code) == (True, 0)


def test_corrected_workbook_teaches_the_next_run(kaijo: CommandLine, tmp_path: Path, home: Path) -> None:
    january = mufg(tmp_path, "1.csv", "2027/1/5,家賃,ヤマ不動産 1月,80000,,", "2027/1/6,振込,カクウ,,330000,")
    february = mufg(tmp_path, "2.csv", "2027/2/5,家賃,ヤマ不動産 2月,80000,,")
    book, csv = tmp_path / "book.xlsx", tmp_path / "out.csv"
    assert kaijo("ledger", str(january), "--to", "xlsx", "--out", str(book)).code == 0
    corrected = openpyxl.load_workbook(book)
    corrected["明細"]["E2"] = "地代家賃"
    corrected.save(book)
    learned = kaijo("ledger", "learn", str(book), "--json")
    assert (learned.code, complaints("ledger-learn", learned.json())) == (0, [])
    assert learned.json() == {"rules": str(home / "ledger" / "rules.toml"), "count": 1, "changed": 1}
    assert kaijo("ledger", "learn", str(book), "--json").json()["changed"] == 0
    ended = kaijo("ledger", str(february), "--to", "freee", "--out", str(csv), "--json")
    assert (ended.json()["unplaced"], "地代家賃" in csv.read_text("utf-8-sig")) == (0, True)


def test_report_names_duplicates_and_unreadable_lines(kaijo: CommandLine, tmp_path: Path) -> None:
    one = mufg(tmp_path, "1.csv", "2027/1/5,a,b,1,,", "2027/99/5,a,b,1,,")
    two = mufg(tmp_path, "2.csv", "2027/1/5,a,b,1,,")
    arguments = ("ledger", str(one), str(two), "--to", "yayoi", "--lang", "en")
    ended = kaijo(*arguments, "--out", str(tmp_path / "out.csv"))
    assert ended.code == 1
    assert "2.csv:2 is the same as 1.csv:2" in ended.out
    assert "1.csv:3  the day cannot be read: 2027/99/5,a,b,1,," in ended.out
    told = kaijo(*arguments, "--out", str(tmp_path / "all.csv"), "--keep-duplicates", "--json").json()
    assert (told["bookings"], told["duplicates"], told["unreadable"]) == (2, [], 1)


def test_own_layout_is_used_where_it_lies(kaijo: CommandLine, tmp_path: Path, home: Path) -> None:
    (home / "ledger").mkdir(parents=True)
    own = {"id": "my-bank", "name": "架空の銀行", "kind": "bank", "own_title": "普通預金", "amount": "額"}
    lists = {"header": ["日", "文", "額"], "day": ["日"], "text": ["文"]}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in {**own, **lists}.items()]
    (home / "ledger" / "layouts.toml").write_text("[[layout]]\n" + "\n".join(lines), "utf-8")
    (tmp_path / "s.csv").write_text("日,文,額\n2027/1/5,x,-5\n", "utf-8")
    ended = kaijo("ledger", str(tmp_path / "s.csv"), "--to", "freee", "--out", str(tmp_path / "o.csv"), "--json")
    assert (ended.code, ended.json()["files"][0]["layout"]) == (0, "my-bank")
    listed = kaijo("ledger", "layouts", "--json").json()
    assert (complaints("ledger-layouts", listed), listed[0]["id"], len(listed)) == ([], "my-bank", len(SAMPLES) + 1)


def test_layouts_tell_how_to_describe_another(kaijo: CommandLine) -> None:
    ended = kaijo("ledger", "layouts", "--lang", "en")
    assert (ended.code, "own_title" in ended.out, all(layout in ended.out for layout in SAMPLES)) == (0, True, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere.csv",), "ledger.unreadable"),
        (("foreign.csv",), "ledger.unknown-layout"),
        (("empty.csv",), "ledger.empty"),
        (("good.csv", "--layouts", "nowhere.toml"), "ledger.unreadable"),
        (("good.csv", "--layouts", "foreign.csv"), "ledger.bad-layout"),
        (("good.csv", "--rules", "nowhere.toml"), "ledger.unreadable"),
        (("good.csv", "--rules", "foreign.csv"), "ledger.bad-rules"),
        (("good.csv", "--out", "good.csv"), "ledger.file-exists"),
        (("good.csv", "--out", "nowhere/out.csv"), "usage.unwritable"),
    ],
)
def test_what_cannot_be_done_is_said(
    kaijo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    mufg(tmp_path, "good.csv", "2027/1/5,a,b,1,,")
    (tmp_path / "foreign.csv").write_text("[[a]\n", "utf-8")
    (tmp_path / "empty.csv").write_text("\ufeff\n \n", "utf-8")
    ended = kaijo("ledger", "--to", "freee", "--out", "out.csv", *arguments, "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (2, code)
    assert not (tmp_path / "out.csv").exists()
