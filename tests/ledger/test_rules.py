from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import UsageProblem
from kaijo.ledger.entries import Entry
from kaijo.ledger.rules import Rule, Rules, essence, read_rules, write_rules

CORRECTIONS = st.lists(
    st.tuples(st.text(max_size=8), st.integers(-9, 9).filter(bool), st.sampled_from(["雑費", "通信費", 'a"b\\c\x01'])),
    max_size=12,
)


def entry(text: str, amount: int) -> Entry:
    return Entry(date(2027, 1, 5), amount, text, None, "s.csv", 2, "mufg")


def test_numbers_width_and_case_do_not_matter() -> None:
    assert {essence(text) for text in ("ﾛｰｿﾝ 0123", "ローソン　９", "ローソン")} == {"ローソン"}
    assert essence("Amazon.co.jp 42") == "AMAZON.CO.JP"


def test_whole_text_goes_before_a_part_and_money_tells_apart() -> None:
    rules = Rules(
        [
            Rule("カフェ", whole=False, money="out", title="会議費"),
            Rule("朝カフェ", whole=True, money="out", title="雑費"),
        ]
    )
    assert [rules.title(entry(text, -1)) for text in ("朝カフェ 12", "昼カフェ", "パン")] == ["雑費", "会議費", None]
    assert rules.title(entry("朝カフェ", 1)) is None


def test_correction_is_learned_once_and_a_later_one_counts() -> None:
    rules, changed = Rules(()).learned([("ローソン 1", -300, "雑費"), ("ローソン 2", -400, "会議費")])
    assert (changed, rules.title(entry("ローソン 77", -1))) == (1, "会議費")
    again, nothing = rules.learned([("ローソン 3", -500, "会議費")])
    assert (again.rules, nothing) == (rules.rules, 0)
    other, changed = rules.learned([("ローソン", -500, "消耗品費"), ("家賃", -1, "地代家賃")])
    assert (changed, [rule.title for rule in other.rules]) == (2, ["消耗品費", "地代家賃"])


@given(CORRECTIONS)
def test_learning_twice_is_learning_once(corrections: list[tuple[str, int, str]]) -> None:
    once, _ = Rules(()).learned(corrections)
    twice, changed = once.learned(corrections)
    assert (twice.rules, changed) == (once.rules, 0)


@given(CORRECTIONS)
def test_file_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, corrections: list[tuple[str, int, str]]
) -> None:
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    rules, _ = Rules([Rule("カフェ", whole=False, money="out", title="会議費")]).learned(corrections)
    write_rules(path, rules)
    assert read_rules(path).rules == rules.rules


def test_no_file_yet_has_no_rules(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "rules.toml").rules == ()


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("rule = 3", 0),
        ("[[rule]", 0),
        (
            '[[rule]]\nis = "a"\nmoney = "out"\ntitle = "b"\n[[rule]]\nis = "a"\nhas = "a"\nmoney = "out"\ntitle = "b"',
            2,
        ),
        ('[[rule]]\nis = "a"\nmoney = "up"\ntitle = "b"', 1),
        ('[[rule]]\nis = ""\nmoney = "out"\ntitle = "b"', 1),
        ('[[rule]]\nis = "a"\nmoney = "out"', 1),
    ],
)
def test_rule_that_is_wrong_is_named(tmp_path: Path, content: str, number: int) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        read_rules(path)
    assert (caught.value.code, caught.value.data["number"]) == ("ledger.bad-rules", number)
