from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.clock import parse_time
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.identity import Identity, Sex, invent
from kaijo.virtualcard.invented import PREFECTURES

from .issued import holder


def make(seed: int = 7, *, age: int = 40, at: str = "2027-03-15T21:40", sex: Sex = Sex.MALE) -> Identity:
    return invent(seed=seed, age=age, sex=sex, prefecture="chiba", at=parse_time(at))


def check_digit(head: str) -> str:
    """Return the check digit by the table of weights, written out."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True)) % 11
    return str(0 if rest <= 1 else 11 - rest)


def test_check_digit_of_the_public_sample_number() -> None:
    assert check_digit("12345678901") == "8"


def test_identity_is_the_same_for_the_same_seed() -> None:
    assert make(7) == make(7)
    assert holder("fresh").name == "星川　真帆"
    assert holder("fresh").address == "神奈川県空想市例示町６－１３－４３５"


def test_identity_is_another_for_another_seed() -> None:
    numbers = {make(seed).my_number for seed in range(20)}
    assert len(numbers) == 20


def test_only_the_birth_year_depends_on_the_time() -> None:
    early, late = make(at="2026-12-01T09:00"), make(at="2031-12-01T09:00")
    assert late.birth_date == early.birth_date.replace(year=early.birth_date.year + 5)
    assert (early.name, early.address, early.my_number, early.pins) == (
        late.name,
        late.address,
        late.my_number,
        late.pins,
    )


@given(seed=st.integers(0, 100_000), age=st.integers(0, 110), day=st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_holder_has_exactly_the_age_asked_for(seed: int, age: int, day: date) -> None:
    born = make(seed, age=age, at=f"{day}T00:00").birth_date
    assert day.year - born.year - ((day.month, day.day) < (born.month, born.day)) == age


@given(seed=st.integers(0, 100_000))
def test_numbers_keep_their_forms(seed: int) -> None:
    who = make(seed)
    assert who.my_number[:7] == "0000000"
    assert who.my_number[11:] == check_digit(who.my_number[:11])
    assert [len(who.security_code), len(who.serial), len(who.municipality)] == [4, 15, 5]
    assert (who.security_code + who.serial + who.municipality).isdecimal()


@given(seed=st.integers(0, 100_000))
def test_pins_keep_the_forms_and_differ_from_each_other(seed: int) -> None:
    pins = make(seed).pins
    signature = pins[PinKind.SIGNATURE]
    digits = [pins[kind] for kind in (PinKind.AUTHENTICATION, PinKind.RESIDENT, PinKind.ATTRIBUTES)]
    assert len(signature) == 8
    assert signature[:4].isascii()
    assert signature[:4].isupper()
    assert signature[:4].isalpha()
    assert signature[4:].isdecimal()
    assert [len(pin) for pin in digits if pin.isdecimal()] == [4, 4, 4]
    assert len(set(digits)) == 3


def test_given_name_follows_the_sex() -> None:
    names = {sex: {make(seed, sex=sex).given.kanji for seed in range(60)} for sex in Sex}
    assert names[Sex.MALE] & names[Sex.FEMALE] == set()
    assert [sex.digit for sex in (Sex.MALE, Sex.FEMALE)] == ["1", "2"]


@pytest.mark.parametrize(
    ("born", "digit", "code"),
    [
        (date(1989, 1, 7), 3, "640107"),
        (date(1989, 1, 8), 4, "010108"),
        (date(2019, 4, 30), 4, "310430"),
        (date(2019, 5, 1), 5, "010501"),
        (date(1926, 12, 25), 3, "011225"),
    ],
)
def test_era_changes_on_its_day(born: date, digit: int, code: str) -> None:
    who = replace(holder(), birth_date=born)
    assert (who.era_digit, who.birth_code) == (digit, code)


def test_code_b_is_era_birth_date_expiry_year_and_security_code() -> None:
    who = holder("fresh")
    assert who.birth_date == date(1985, 5, 20)
    assert who.code_b(date(2035, 5, 20)) == "6005202035" + who.security_code


def test_nothing_personal_shows_in_repr() -> None:
    assert repr(holder()) == "Identity()"


def test_every_prefecture_has_the_code_of_the_standard() -> None:
    assert {key: (one.kanji, one.code) for key, one in PREFECTURES.items()} == {
        "miyagi": ("宮城県", "04"),
        "chiba": ("千葉県", "12"),
        "tokyo": ("東京都", "13"),
        "kanagawa": ("神奈川県", "14"),
        "shizuoka": ("静岡県", "22"),
        "aichi": ("愛知県", "23"),
        "osaka": ("大阪府", "27"),
        "hyogo": ("兵庫県", "28"),
        "fukuoka": ("福岡県", "40"),
    }


def test_name_and_address_are_written_three_ways() -> None:
    who = holder()
    assert (who.name_kana, who.name_romaji) == ("ホシカワ　マホ", "Hoshikawa Maho")
    assert who.address_romaji == "6-13-435 Reiji-cho, Kuuso-shi, Kanagawa-ken"
