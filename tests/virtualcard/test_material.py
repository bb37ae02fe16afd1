from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.clock import JST
from kaijo.virtualcard.identity import Sex, invent
from kaijo.virtualcard.material import generate_keys, nth_birthday, term

from .issued import NOW, holder


@pytest.mark.parametrize(
    ("born", "after", "count", "birthday"),
    [
        (date(1980, 2, 17), date(2025, 2, 16), 5, date(2029, 2, 17)),
        (date(1980, 2, 17), date(2025, 2, 17), 5, date(2030, 2, 17)),  # the day of issue is not a birthday after it
        (date(1980, 2, 17), date(2025, 12, 31), 1, date(2026, 2, 17)),
        (date(2000, 2, 29), date(2025, 1, 1), 4, date(2028, 2, 28)),
    ],
)
def test_nth_birthday_counts_from_the_day_after(born: date, after: date, count: int, birthday: date) -> None:
    assert nth_birthday(born, after, count) == birthday


def test_adult_card_ends_at_the_tenth_birthday_and_its_certificates_at_the_fifth() -> None:
    life = term(holder("fresh"), NOW, expired=False)
    assert life.card_expiry == date(2035, 5, 20)
    assert life.certificates.not_after.astimezone(JST).isoformat() == "2030-05-20T23:59:59+09:00"
    assert life.certificates.not_before.isoformat() == "2025-09-13T10:15:00+09:00"


def test_child_card_ends_at_the_fifth_birthday_with_its_certificates() -> None:
    life = term(holder("under-15"), NOW, expired=False)
    assert life.card_expiry == date(2029, 11, 2)
    assert life.certificates.not_after.date() == life.card_expiry


@given(seed=st.integers(0, 10_000), age=st.integers(3, 100), days=st.integers(0, 4000))
def test_usual_certificates_are_months_old_and_have_two_years_left(seed: int, age: int, days: int) -> None:
    at = NOW + timedelta(days=days)
    life = term(invent(seed=seed, age=age, sex=Sex.MALE, prefecture="tokyo", at=at), at, expired=False)
    assert life.certificates.not_before < at - timedelta(days=365)
    assert life.certificates.not_after > at + timedelta(days=730)


@given(seed=st.integers(0, 10_000), age=st.integers(24, 100), days=st.integers(0, 4000))
def test_expired_certificates_have_ended_while_the_card_lives(seed: int, age: int, days: int) -> None:
    at = NOW + timedelta(days=days)
    life = term(invent(seed=seed, age=age, sex=Sex.MALE, prefecture="tokyo", at=at), at, expired=True)
    assert life.certificates.not_after < at - timedelta(days=150)
    assert life.card_expiry > at.date() + timedelta(days=365)


def test_keys_are_five_or_four_without_a_signature_key() -> None:
    made = generate_keys(signature=False)
    assert made.signature is None
    assert repr(made) == "CardKeys()"
    assert made.authentication.key_size == 2048
