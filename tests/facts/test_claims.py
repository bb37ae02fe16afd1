"""Each verdict is held against the facts: by its own row, and computed anew for what is said most."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.book import book, fact, use
from kaijo.facts.claims import Claim, claims, read_claims
from kaijo.facts.counter import counter_kinds
from kaijo.facts.etax import etax_first_use, etax_pins
from kaijo.facts.hours import kiosk_hours, kiosk_schedule
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.money import blue_deduction, relief_until
from kaijo.facts.paper import drop_box_cut, post_cut
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.facts.proof import proof_kind
from kaijo.facts.readings import Reading
from kaijo.facts.stores import Chain, chains_for
from kaijo.facts.usable import certificate_usable, face_match_asked, reset_usable

from .changed import changed

BOTH = (Reading.HOPEFUL, Reading.CAUTIOUS)
NIGHT = datetime(2027, 3, 15, 23, 30, tzinfo=JST)
WHOLE = """[tide]
text = { ja = "潮", en = "Tide" }
verdict = "false"
seen = "the pier"
rests = [{ fact = "kiosk-hours", at = "opens", is = 06:30:00 }]
instead = { ja = "波", en = "Wave" }
"""


def verdict(claim_id: str) -> str:
    return {claim.id: claim for claim in claims()}[claim_id].verdict


def test_every_verdict_rests_on_what_the_facts_say() -> None:
    assert {claim.id: claim.shaken() for claim in claims() if claim.shaken()} == {}


def test_every_claim_rests_on_facts_and_is_told_in_both_languages() -> None:
    assert [claim.id for claim in claims() if not set(claim.facts()) <= set(book())] == []
    assert (
        len(claims()) == len({claim.text["ja"] for claim in claims()}) == len({claim.text["en"] for claim in claims()})
    )


def test_what_is_not_settled_rests_on_a_fact_that_is_not() -> None:
    open_ones = [claim for claim in claims() if claim.verdict == "contested"]
    unsure = {row.id for row in book().values() if row.disputed or "unknown" in str(row.value)}
    assert [claim.id for claim in open_ones if not set(claim.facts()) & unsure] == []
    assert len(open_ones) == 4


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_every_fact_it_rests_on_can_shake_it(claim: Claim) -> None:
    for rest in claim.rests:
        row = fact(rest.fact)
        with use({row.id: replace(row, value=_with(row.value, rest.path, "something else"))}):
            assert claim.shaken() == (rest.fact,)


def test_table_of_tries_is_the_rules() -> None:
    tries = [pin_rule(kind).tries_max for kind in PinKind]
    assert verdict("tries-5-3-3-3") == _true(tries == [5, 3, 3, 3])
    assert verdict("authentication-locks-at-five") == _true(pin_rule(PinKind.AUTHENTICATION).tries_max == 5)


def test_number_of_pins_is_the_number_of_rules() -> None:
    rules = [row for row in book() if row.startswith("pin-") and row.removeprefix("pin-") in {k.value for k in PinKind}]
    assert len(rules) == len(PinKind) == len(counter_kinds())
    assert verdict("three-pins") == _true(len(rules) == 3)


def test_store_hours_are_computed() -> None:
    hours = kiosk_hours()
    assert verdict("kiosk-from-0630-to-2300") == _true(f"{hours.opens:%H%M}-{hours.closes:%H%M}" == "0630-2300")
    assert verdict("store-all-night") == _true(kiosk_schedule().is_open(NIGHT))
    assert verdict("kiosk-within-24-hours") == _true(reservation_life() == timedelta(hours=24))


def test_chains_are_computed() -> None:
    four = {Chain.SEVEN_ELEVEN, Chain.LAWSON, Chain.FAMILYMART, Chain.MINISTOP}
    signature, authentication = (set(chains_for(kind)) for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION))
    assert verdict("four-chains-both") == _true(four <= signature & authentication)
    assert verdict("store-signature-only") == _true(not authentication)
    assert verdict("any-convenience-store") == _partly(whole=four <= authentication, part=bool(signature))


def test_proof_is_computed() -> None:
    crossed = {kind: proof_kind(kind) for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION)}
    the_other = {PinKind.SIGNATURE: PinKind.AUTHENTICATION, PinKind.AUTHENTICATION: PinKind.SIGNATURE}
    assert verdict("other-pin-needed") == verdict("both-unknown-counter") == _true(crossed == the_other)


def test_pins_of_etax_are_computed() -> None:
    asked = etax_pins() == (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
    assert verdict("etax-asks-two") == _partly(whole=asked and etax_first_use() in etax_pins(), part=asked)


def test_waits_are_computed_in_both_readings() -> None:
    assert verdict("renewed-works-at-once") == _settled([certificate_usable(NIGHT, how) <= NIGHT for how in BOTH])
    assert verdict("reset-waits-a-day") == _settled([reset_usable(NIGHT, how) > NIGHT for how in BOTH])
    only = [not face_match_asked(signature=False, reading=how) for how in BOTH]
    assert verdict("face-match-signature-only") == _settled(only)


def test_money_is_computed() -> None:
    paper, etax = (blue_deduction(electronic=way, in_time=True, year=2027) for way in (False, True))
    assert verdict("paper-costs-nothing") == _true(paper == etax)
    deadline = date(2027, 3, 15)
    assert verdict("two-weeks-of-grace") == _true(relief_until(deadline) == deadline + timedelta(days=14))


def test_paper_is_still_in_time_when_the_kiosk_is_shut() -> None:
    late = [cut(date(2027, 3, 15)) <= NIGHT for cut in (post_cut, drop_box_cut)]
    assert verdict("nothing-without-the-pin") == _true(all(late))


def test_local_fact_shakes_the_verdict_that_rests_on_it() -> None:
    with changed(reset_chains={"lawson": {"resets": ["signature", "authentication"]}}):
        shaken = [claim.id for claim in claims() if claim.shaken()]
    assert shaken == ["any-convenience-store", "four-chains-both"]


@pytest.mark.parametrize(
    ("text", "claim_id", "field"),
    [
        ("[tide", "-", "toml"),
        ("tide = 3", "tide", "row"),
        (WHOLE + "colour = 1", "tide", "colour"),
        (WHOLE.replace('seen = "the pier"\n', ""), "tide", "seen"),
        (WHOLE.replace('"the pier"', '" "'), "tide", "seen"),
        (WHOLE.replace(', en = "Tide"', ""), "tide", "text"),
        (WHOLE.replace('"Wave"', "7"), "tide", "instead"),
        (WHOLE.replace('"false"', '"perhaps"'), "tide", "verdict"),
        (WHOLE.replace('"false"', "[]"), "tide", "verdict"),
        (WHOLE.replace("[{", "[] #"), "tide", "rests"),
        (WHOLE.replace("[{", "{").replace("}]", "}"), "tide", "rests"),
        (WHOLE.replace("at =", "on ="), "tide", "rests"),
        (WHOLE.replace('"opens"', "1"), "tide", "rests"),
    ],
)
def test_damaged_claim_is_named_with_its_field(tmp_path: Path, text: str, claim_id: str, field: str) -> None:
    file = tmp_path / "sea.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        read_claims(file)
    assert caught.value.data == {"file": "sea.toml", "fact": claim_id, "field": field}


def test_claim_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(WHOLE, "utf-8")
    assert [claim.as_dict() for claim in read_claims(tmp_path / "sea.toml")] == [
        {
            "id": "tide",
            "text": {"ja": "潮", "en": "Tide"},
            "verdict": "false",
            "seen": "the pier",
            "facts": ["kiosk-hours"],
            "shaken": [],
            "instead": {"ja": "波", "en": "Wave"},
        }
    ]


def _true(holds: bool) -> str:
    return "true" if holds else "false"


def _partly(*, whole: bool, part: bool) -> str:
    return "true" if whole else "partly" if part else "false"


def _settled(sides: list[bool]) -> str:
    return _true(sides[0]) if len(set(sides)) == 1 else "contested"


def _with(value: Any, path: tuple[str, ...], part: object) -> Any:
    """Return the value with another part under a path."""
    return {**value, path[0]: _with(value[path[0]], path[1:], part)} if path else part
