"""Who a virtual card belongs to: an invented person, the same for the same seed, resembling nobody on purpose."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from kaijo.clock import JST
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.virtualcard.draw import Draw
from kaijo.virtualcard.invented import (
    CITIES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    NO_MUNICIPALITY,
    PREFECTURES,
    TOWNS,
    Prefecture,
    Word,
)

# First day, digit in certificates, how far the Gregorian year is ahead of the era's year, the era's name.
_ERAS = (
    (date(2019, 5, 1), 5, 2018, "令和"),
    (date(1989, 1, 8), 4, 1988, "平成"),
    (date(1926, 12, 25), 3, 1925, "昭和"),
    (date.min, 0, 0, ""),
)
_SIGNATURE_PIN_LENGTH = 8
_WIDE_DIGITS = str.maketrans("0123456789-", "０１２３４５６７８９－")


class Sex(Enum):
    """Sex as the resident record has it."""

    MALE = "male"
    FEMALE = "female"

    @property
    def digit(self) -> str:
        """The digit of JIS X 0303, as card and certificate write it."""
        return "1" if self is Sex.MALE else "2"


@dataclass(frozen=True, slots=True)
class Identity:
    """An invented holder. Nothing of it shows in `repr`: it stands for a real person's data wherever it goes.

    `name` is family name, U+3000, given name. `municipality` is a five-digit code that no municipality has.
    `my_number` has a right check digit and begins with seven zeros; no range is reserved for invented ones.
    """

    family: Word = field(repr=False)
    given: Word = field(repr=False)
    sex: Sex = field(repr=False)
    birth_date: date = field(repr=False)
    prefecture: Prefecture = field(repr=False)
    city: Word = field(repr=False)
    town: Word = field(repr=False)
    house: str = field(repr=False)
    my_number: str = field(repr=False)
    security_code: str = field(repr=False)
    serial: str = field(repr=False)
    pins: Mapping[PinKind, str] = field(repr=False)
    seed: int = field(repr=False)

    @property
    def name(self) -> str:
        """Name as card and certificate write it."""
        return f"{self.family.kanji}\u3000{self.given.kanji}"

    @property
    def name_kana(self) -> str:
        """Name in katakana."""
        return f"{self.family.kana}\u3000{self.given.kana}"

    @property
    def name_romaji(self) -> str:
        """Name in Latin letters, family name first."""
        return f"{self.family.romaji} {self.given.romaji}"

    @property
    def address(self) -> str:
        """Address as card and certificate write it: no postcode, wide digits."""
        return f"{self.prefecture.kanji}{self.city.kanji}{self.town.kanji}{self.house.translate(_WIDE_DIGITS)}"

    @property
    def address_romaji(self) -> str:
        """Address in Latin letters."""
        return f"{self.house} {self.town.romaji}, {self.city.romaji}, {self.prefecture.romaji}"

    @property
    def municipality(self) -> str:
        """Five-digit municipality code."""
        return self.prefecture.code + NO_MUNICIPALITY

    @property
    def era_digit(self) -> int:
        """Digit of the birth date's era in certificates: 3 Showa, 4 Heisei, 5 Reiwa, 0 earlier."""
        return _era(self.birth_date)[1]

    @property
    def birth_code(self) -> str:
        """Birth date as YYMMDD in the era's year: the code that opens the age record [card notes 4]."""
        return f"{self.birth_date.year - _era(self.birth_date)[2]:02d}{self.birth_date:%m%d}"

    def code_b(self, card_expiry: date) -> str:
        """Return the 14 digits of code B, printed on the card [card notes 4]."""
        return f"{self.birth_code}{card_expiry:%Y}{self.security_code}"


def printed_date(day: date) -> str:
    """Return a day as it is printed on a card: era, year in it, month, day; the first year is 元年."""
    _, _, ahead, name = _era(day)
    year = "元" if name and day.year - ahead == 1 else str(day.year - ahead)
    return f"{name}{year}年{day.month}月{day.day}日"


def invent(*, seed: int, age: int, sex: Sex, prefecture: str, at: datetime) -> Identity:
    """Return the holder of a seed, who is `age` years old at `at`."""
    draw = Draw(seed, "identity")
    return Identity(
        family=draw.pick(FAMILY_NAMES),
        given=draw.pick(GIVEN_NAMES[sex.value]),
        sex=sex,
        birth_date=_birth_date(Draw(seed, "birthday"), age, at),
        prefecture=PREFECTURES[prefecture],
        city=draw.pick(CITIES),
        town=draw.pick(TOWNS),
        house=f"{draw.between(1, 9)}-{draw.between(1, 30)}-{draw.between(101, 999)}",
        my_number=_my_number(draw),
        security_code=draw.text(string.digits, 4),
        serial="9" + draw.text(string.digits, 14),
        pins=_pins(Draw(seed, "pins")),
        seed=seed,
    )


def _era(day: date) -> tuple[date, int, int, str]:
    return next(era for era in _ERAS if day >= era[0])


def _birth_date(draw: Draw, age: int, at: datetime) -> date:
    today = at.astimezone(JST).date()
    # Up to the 28th, so that every year has the birthday.
    birthday = date(today.year - age, draw.between(1, 12), draw.between(1, 28))
    has_come = (birthday.month, birthday.day) <= (today.month, today.day)
    return birthday if has_come else birthday.replace(year=birthday.year - 1)


def _my_number(draw: Draw) -> str:
    """Return twelve digits, the last the check digit [order 85/2014 of the Ministry of Internal Affairs, article 5]."""
    head = "0000000" + draw.text(string.digits, 4)
    weighted = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(head), start=1))
    rest = weighted % 11
    return head + str(0 if rest <= 1 else 11 - rest)


def _pins(draw: Draw) -> dict[PinKind, str]:
    """Return four PINs that keep the forms and differ from each other, so that a mix-up shows."""
    pins: dict[PinKind, str] = {}
    for kind in PinKind:
        rule = pin_rule(kind)
        if rule.needs_letter_and_digit:
            half = _SIGNATURE_PIN_LENGTH // 2
            pins[kind] = draw.text(string.ascii_uppercase, half) + draw.text(string.digits, half)
            continue
        while (pin := draw.text(string.digits, rule.min_length)) in pins.values() or len(set(pin)) == 1:
            pass
        pins[kind] = pin
    return pins
