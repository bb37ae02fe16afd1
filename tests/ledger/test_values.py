from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.ledger.entries import YEN_MAX
from kaijo.ledger.values import parse_day, parse_yen

YEN = st.integers(-YEN_MAX, YEN_MAX)


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1200", 1200), ("1,200", 1200), ("¥1,200", 1200), ("￥１，２００", 1200), ("1,200円", 1200), ("\\1,200", 1200),
        ("-300", -300), ("−300", -300), ("▲300", -300), ("△1,300", -1300), ("(300)", -300), ("（３００）", -300),
        ("－３００", -300), ("+5", 5), ("0", 0), ("", None), ("-", None), ("　", None), (" 7 ", 7),
    ],
)  # fmt: skip
def test_yen_is_read_in_every_form(text: str, yen: int | None) -> None:
    assert parse_yen(text) == yen


@pytest.mark.parametrize("text", ["12.50", "1e5", "abc", "--3", "(3", "3)", "-(3)", "1 2/3", "9" * 16, "٣"])
def test_what_is_no_yen_is_refused(text: str) -> None:
    if text == "٣":  # a digit of another script is folded by nobody
        with pytest.raises(ValueError, match=text):
            parse_yen(text)
        return
    with pytest.raises(ValueError):  # noqa: PT011 -- the text itself is the message
        parse_yen(text)


@given(YEN)
def test_yen_is_exact_in_every_spelling(yen: int) -> None:
    minus = "-" if yen < 0 else ""
    for text in (f"{yen}", f"{yen:,}", f"{minus}¥{abs(yen):,}", f"{'▲' if yen < 0 else ''}{abs(yen):,}円"):
        assert parse_yen(text) == yen


@pytest.mark.parametrize(
    "text",
    ["2027/3/5", "2027/03/05", "2027-03-05", "2027.3.5", "20270305", "2027年3月5日", "27/3/5", "R9.3.5",
     "令和9年3月5日", "令和 09 年 03 月 05 日", "２０２７／３／５", " 2027/3/5 ", "R.09/03/05"],
)  # fmt: skip
def test_day_is_read_in_every_form(text: str) -> None:
    assert parse_day(text) == date(2027, 3, 5)


@pytest.mark.parametrize("text", ["", "合計", "2027/13/1", "2027/2/30", "X9.3.5", "2027/3", "1/2/3/4"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the text itself is the message
        parse_day(text)
