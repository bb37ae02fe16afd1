"""Code B: what is printed on the card, checked for sense before the card hears of it; and the face that it leads to."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo import app
from kaijo.card.files import Code
from kaijo.facts.pins import PinKind, code_tries
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import open_card
from kaijo.virtualcard.persons import identity, person
from kaijo.web.phone.code_b import Era, read_code_b
from kaijo.words import label
from tests.support.pagereader import Form
from tests.support.world import NIGHT, World, pins_of

from .conftest import Visiting
from .visitor import Page, Visitor
from .walk import LOCKED, ask

TODAY = date(2027, 3, 15)
AHEAD = {Era.MEIJI: 1867, Era.TAISHO: 1911, Era.SHOWA: 1925, Era.HEISEI: 1988, Era.REIWA: 2018, Era.GREGORIAN: 0}
HOLDER = identity(person(LOCKED), NIGHT)
ERAS = {3: "showa", 4: "heisei", 5: "reiwa"}


def fields(era: str = "showa", born: str = "55-2-17", expiry: str = "2035", security: str = "2285") -> dict[str, str]:
    year, month, day = born.split("-")
    return {"era": era, "year": year, "month": month, "day": day, "expiry": expiry, "security": security}


def wrong(given: dict[str, str], expiry: date | None = None) -> dict[str, str]:
    return {name: error.code for name, error in read_code_b(given, today=TODAY, expiry=expiry)[1].items()}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (fields(), "55021720352285"),
        (fields(born="５５-０２-１７", expiry="２０３５", security="２２８５"), "55021720352285"),
        (fields("showa", "64-1-7"), "64010720352285"),
        (fields("heisei", "1-1-8"), "01010820352285"),
        (fields("heisei", "31-4-30"), "31043020352285"),
        (fields("reiwa", "1-5-1"), "01050120352285"),
        (fields("taisho", "15-12-24"), "15122420352285"),
        (fields("gregorian", "1980-2-17", security="0007"), "80021720350007"),
    ],
)
def test_code_is_made_of_what_is_printed(given: dict[str, str], code: str) -> None:
    assert read_code_b(given, today=TODAY, expiry=None) == (code, {})


@pytest.mark.parametrize(
    "given",
    [
        fields("showa", "64-1-8"),
        fields("heisei", "1-1-7"),
        fields("heisei", "31-5-1"),
        fields("reiwa", "1-4-30"),
        fields("reiwa", "9-3-16"),
        fields("showa", "55-2-30"),
        fields("showa", "0-2-17"),
        fields("", "55-2-17"),
        fields("edo", "55-2-17"),
        fields("showa", "-2-17"),
        fields("showa", "5五-2-17"),
        fields("gregorian", "99999-2-17"),
        {},
    ],
)
def test_day_that_is_none_is_told(given: dict[str, str]) -> None:
    assert wrong({**fields(), **given} if given else given)["birth"] == "code.no-such-day"


def test_expiry_that_the_card_says_otherwise_is_told() -> None:
    assert wrong(fields(), date(2036, 1, 1)) == {"expiry": "code.other-expiry"}
    assert wrong(fields(), date(2035, 5, 20)) == {}


@pytest.mark.parametrize("typed", ["", "35", "20355", "二千", "20 5"])
def test_year_and_code_of_another_form_are_told(typed: str) -> None:
    assert wrong(fields(expiry=typed, security=typed)) == {
        "expiry": "code.no-year",
        "security": "code.no-security-code",
    }


@given(st.dates(date(1868, 1, 25), TODAY))
def test_every_day_is_of_one_era_and_makes_its_code(day: date) -> None:
    years = {era: day.year - ahead for era, ahead in AHEAD.items() if day.year > ahead}
    tried = {
        era: read_code_b(fields(era.value, f"{year}-{day.month}-{day.day}"), today=TODAY, expiry=None)
        for era, year in years.items()
    }
    taken = {era: code for era, (code, errors) in tried.items() if not errors}
    assert len(taken) == 2
    assert Era.GREGORIAN in taken
    assert taken == {era: f"{years[era] % 100:02}{day:%m%d}20352285" for era in taken}


@given(st.dictionaries(st.sampled_from(sorted(fields())), st.text(max_size=8)))
def test_any_text_is_a_code_or_told(typed: dict[str, str]) -> None:
    code, errors = read_code_b(typed, today=TODAY, expiry=None)
    assert errors or (len(code), code.isdigit()) == (14, True)


@pytest.fixture
def asking(world: World, visiting: Visiting) -> Iterator[Visitor]:
    """Give a visitor of a service that asks for faces."""
    with serving(app.service(world.folder / "strict", world.clock, face_required=True)) as url:
        yield visiting(service=url)


def printed(**changes: str) -> dict[str, str]:
    """Return what is printed on the test person's card."""
    code = HOLDER.birth_code
    right = fields(ERAS[HOLDER.era_digit], f"{code[:2]}-{code[2:4]}-{code[4:]}", security=HOLDER.security_code)
    return {**right, "expiry": "2034", **changes}


def typing(page: Page) -> Form:
    """Return the form into which the code is typed."""
    return next(form for form in page.forms if any(one.get("name") == "security" for one in form.inputs))


def enter(visitor: Visitor, page: Page, typed: dict[str, str]) -> Page:
    return visitor.post(page.path, {**typing(page).hidden(), **typed})


def code_tries_left(world: World) -> int:
    guard = world.guard(open_card(world.folder / f"{LOCKED}.json"))
    try:
        return guard.tries(Code.CODE_B).tries_left
    finally:
        guard.close()


def test_face_asks_for_the_code_first_and_shows_its_tries(asking: Visitor) -> None:
    page = ask(asking)
    assert page.path.startswith("/phone/code/")
    assert label("web.pin.tries", "ja", tries_left=code_tries(), tries_max=code_tries()) in page.text
    assert label("phone.code.camera", "ja") in page.text
    year = next(one for one in typing(page).inputs if one.get("name") == "expiry")
    assert year["value"] == "2034"


def test_code_without_sense_is_not_sent(asking: Visitor, world: World) -> None:
    page = ask(asking)
    answer = enter(asking, page, printed(month="13", security="12"))
    assert (answer.status, answer.path) == (422, page.path)
    named = {one["name"]: one for one in typing(answer).inputs if "name" in one}
    assert [name for name, one in named.items() if one.get("aria-invalid")] == ["year", "month", "day", "security"]
    assert (named["year"]["value"], named["security"]["value"]) == (printed()["year"], "")
    assert code_tries_left(world) == code_tries()


def test_wrong_code_spends_one_try_of_its_own_and_none_of_the_pins(asking: Visitor, world: World) -> None:
    page = ask(asking)
    other = f"{(int(HOLDER.security_code) + 1) % 10000:04}"
    for _ in range(2):
        answer = enter(asking, page, printed(security=other))
        assert (answer.status, answer.code) == (409, "card.wrong-pin")
    assert code_tries_left(world) == code_tries() - 1
    guard = world.guard(open_card(world.folder / f"{LOCKED}.json"))
    assert guard.tries(PinKind.AUTHENTICATION).tries_left == 3
    guard.close()


def test_last_try_of_the_code_has_its_page(asking: Visitor, world: World) -> None:
    guard = world.guard(open_card(world.folder / f"{LOCKED}.json"))
    for _ in range(code_tries() - 1):
        with pytest.raises(Exception, match=r"card\.wrong-pin"):
            guard.verify(Code.CODE_B, "0" * 14, shown=guard.tries(Code.CODE_B))
        if guard.tries(Code.CODE_B).tries_left == 1:
            break
    guard.close()
    page = ask(asking)
    assert page.path.startswith("/phone/last/")
    code = asking.send(page, sentence=label("stop.sentence", "ja"))
    assert code.path.startswith("/phone/code/")
    assert enter(asking, code, printed()).path.startswith("/phone/proof/")
    assert code_tries_left(world) == code_tries()


def opened(visitor: Visitor) -> Page:
    return enter(visitor, ask(visitor), printed())


def test_right_code_leads_to_the_proof_pin(asking: Visitor) -> None:
    page = opened(asking)
    assert page.path.startswith("/phone/proof/")
    assert label("phone.proof.on", "ja") in page.text


def test_proof_page_of_a_closed_photo_leads_to_the_start(asking: Visitor) -> None:
    page = ask(asking)
    assert asking.go(page.path.replace("/code/", "/proof/")).path == "/phone"
    direct = asking.post(
        page.path.replace("/code/", "/proof/"),
        {**page.forms[0].hidden(), "proof": pins_of(LOCKED)[PinKind.AUTHENTICATION]},
    )
    assert direct.path == "/phone"
