"""Whatever a row's value becomes, its readers answer or say which part is damaged; nothing else escapes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from kaijo.clock import JST
from kaijo.errors import KaijoError
from kaijo.facts import (
    assumptions,
    counter,
    etax,
    face,
    filing,
    hours,
    idpassword,
    lifetimes,
    money,
    paper,
    phonecert,
    usable,
)
from kaijo.facts.book import book, fact, use
from kaijo.facts.pins import PinKind, pin_rule, tries_floor
from kaijo.facts.proof import proof_kind
from kaijo.facts.readings import Reading
from kaijo.facts.stores import chains_for

DAY = date(2027, 3, 15)
LATE = date(2028, 6, 1)
QUIET = datetime(2027, 2, 2, 10, tzinfo=JST)
NOW = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
JUNK: tuple[Any, ...] = ("x", -1, 10**9, True, [], [[1]], {}, time(1), date(2027, 1, 1), None)

READERS: dict[str, Callable[[Reading], object]] = {
    "kiosk": lambda how: hours.kiosk_schedule(how).next_closing(NOW),
    "counter": lambda _: (counter.counter_schedule().next_opening(NOW), counter.counter_kinds(), counter.queue(NOW)),
    "visits": lambda _: [counter.visits(visitor) for visitor in counter.Visitor],
    "queue": lambda _: (counter.queue(QUIET), counter.letter()),
    "etax": lambda how: (etax.next_etax_opening(NOW, how), etax.etax_schedule(LATE, how).next_closing(NOW)),
    "etax-rules": lambda _: (etax.etax_cut(DAY), etax.etax_pins(), etax.etax_first_use()),
    "filing": lambda _: [filing.due(kind, year) for kind in filing.ReturnKind for year in (2026, 2027, 2028)],
    "paper": lambda how: (paper.post_cut(DAY), paper.drop_box_cut(DAY, how), paper.post_schedule().next_opening(NOW)),
    "deduction": lambda how: [
        money.blue_deduction(electronic=False, in_time=True, year=year, reading=how) for year in (2027, 2028)
    ],
    "surcharge": lambda _: [money.surcharge(700_000, voluntary=voluntary) for voluntary in (True, False)],
    "delinquency": lambda _: (money.delinquency(700_000, DAY, LATE), money.relief_until(DAY)),
    "usable": lambda how: (usable.reset_usable(NOW, how), usable.certificate_usable(NOW, how)),
    "renewal": lambda _: (usable.renewable_from(DAY), usable.lowest_age()),
    "face": lambda how: [usable.face_match_asked(signature=either, reading=how) for either in (True, False)],
    "face-check": lambda _: (face.face_poses(), face.face_window(), face.face_looks(), face.evaluation_pairs()),
    "face-limits": lambda _: (face.card_limits(), face.device_limits()),
    "face-picture": lambda _: (face.turn_rule(), face.flat_likeness(), face.quality_rule()),
    "phone": lambda _: phonecert.phone_certificate(),
    "phone-biometrics": lambda _: phonecert.phone_biometrics(),
    "phone-reset": lambda _: [phonecert.phone_reset(kind) for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION)],
    "id-password": lambda how: (idpassword.id_password_usable(how), idpassword.id_password_last_issue()),
    "assumptions": lambda _: (assumptions.chance("face-match"), assumptions.marginal_rate()),
    "reservation": lambda _: lifetimes.reservation_life(),
    "pins": lambda _: [(pin_rule(kind), proof_kind(kind), chains_for(kind)) for kind in PinKind],
    "tries": lambda _: tries_floor(),
}

ROWS = (
    *("kiosk-hours", "kiosk-year-end", "counter-hours", "counter-scope", "counter-crowding", "counter-same-day"),
    *("counter-proxy", "counter-legal-representative", "duration-counter-queue", "duration-counter-queue-crowded"),
    *("duration-inquiry-letter", "etax-hours-season", "etax-hours-off-season", "etax-season", "etax-closed"),
    *("etax-cut", "etax-pins", "filing-deadline", "filing-deadline-2027", "refund-window", "holidays"),
    *("office-year-end", "paper-postmark", "drop-box", "tax-office-hours", "post-counter-hours", "blue-deduction"),
    *("blue-deduction-from-2028", "non-filing-surcharge", "late-relief", "delinquency-tax", "reset-usable"),
    *("certificate-usable", "certificate-renewal", "reset-age", "reset-face-signature", "reset-face-authentication"),
    *("phone-certificate", "phone-certificate-lock", "phone-certificate-ends", "id-password", "chance-face-match"),
    *("phone-certificate-reset", "phone-biometric", "phone-biometric-tries", "phone-biometric-lock"),
    *("face-poses", "face-window", "face-looks", "face-limits-card", "face-limits-device", "face-turn", "face-flat"),
    *("face-quality", "face-evaluation"),
    *("marginal-rate", "reservation-life", "pin-signature", "reset-cross-proof", "reset-chains", "tries-floor"),
)


def test_readers_are_content_with_the_book() -> None:
    for reader in READERS.values():
        for how in Reading:
            reader(how)


@pytest.mark.parametrize("fact_id", ROWS)
def test_row_with_any_part_replaced_is_read_or_named(fact_id: str) -> None:
    complaints = 0
    for value in _spoiled(fact(fact_id).value):
        with use({fact_id: replace(fact(fact_id), value=value)}):
            for reader in READERS.values():
                for how in Reading:
                    try:
                        reader(how)
                    except KaijoError as problem:
                        complaints += 1
                        assert (problem.code, problem.data["fact"]) == ("facts.damaged", fact_id)
    assert complaints > 0
    assert fact(fact_id) is book()[fact_id]


def _spoiled(value: Any) -> Iterator[Any]:
    """Yield the value with each of its parts taken out, or replaced by what does not belong there."""
    yield from JUNK
    if isinstance(value, dict):
        for key, part in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            for spoiled in _spoiled(part):
                yield {**value, key: spoiled}
