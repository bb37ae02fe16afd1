"""The seams: minutes before and after something opens, closes, lapses or is over."""

from datetime import date, datetime
from typing import Any

import pytest

from kaijo.clock import JST
from kaijo.plan.rules import Pace

from .nights import KNOWN, LOCKED, MEANS, ids, night, planned, reasons, route, starts

BOTH_KNOWN = {"signature": KNOWN, "authentication": KNOWN}
BOTH_LOCKED = {"signature": LOCKED, "authentication": LOCKED}
REFUND = {"kind": "refund", "ready_in_minutes": 0}
NO_STORE: dict[str, Any] = {"stores": [], "counter": {"minutes": 20}}


def opens(raw: dict[str, Any], route_id: str) -> datetime:
    found = next(each for each in planned(raw).rejected if each.id == route_id)
    moment = found.reason.data["opens"]
    assert isinstance(moment, datetime)
    return moment


def test_locked_at_2140_on_the_last_day_the_kiosk_is_first_and_in_time() -> None:
    found = planned(night("2027-03-15T21:40")).routes[0]
    assert [step.act for step in found.steps] == ["reserve", "go", "kiosk", "go-home", "etax-login", "etax-send"]
    assert (found.id, found.meets_deadline, found.pace) == ("kiosk-etax", True, Pace.CAUTIOUS)
    assert found.point_of_no_return == datetime(2027, 3, 15, 22, 14, tzinfo=JST)


@pytest.mark.parametrize(
    ("clock", "pace"), [("22:14", Pace.CAUTIOUS), ("22:15", Pace.TYPICAL), ("22:39", Pace.TYPICAL), ("22:40", None)]
)
def test_kiosk_route_fades_as_the_kiosk_closes(clock: str, pace: Pace | None) -> None:
    """Slowly 25 minutes to reserve, 6 to walk, 15 at the kiosk; usually 10, 6 and 5. All must be over at 23:00."""
    found = [each.pace for each in planned(night(f"2027-03-15T{clock}")).routes if each.id == "kiosk-etax"]
    assert found == ([] if pace is None else [pace])


def test_route_that_only_a_smooth_night_allows_is_said_to_be_tight() -> None:
    assert [each.word for each in planned(night("2027-03-15T22:30")).warnings][:1] == ["tight"]


def test_kiosk_at_2259_is_too_late_and_at_2301_shut() -> None:
    assert reasons(night("2027-03-15T22:59"))["kiosk-etax"] == "too-late"
    assert reasons(night("2027-03-15T23:01"))["kiosk-etax"] == "kiosk-shut"
    assert opens(night("2027-03-15T23:01"), "kiosk-etax") == datetime(2027, 3, 16, 6, 30, tzinfo=JST)


@pytest.mark.parametrize(("clock", "start"), [("06:29", "06:30"), ("06:30", "06:30"), ("06:31", "06:31")])
def test_kiosk_opens_at_0630(clock: str, start: str) -> None:
    raw = night(
        f"2027-03-14T{clock}",
        reservation={"kind": "signature", "made_at": "2027-03-13T20:00"},
        places={"stores": [{"chain": "lawson", "minutes": 0}]},
    )
    assert starts(route(raw, "kiosk-etax"), "kiosk") == [f"03-14 {start}"]


@pytest.mark.parametrize(
    ("clock", "pace"), [("23:34", Pace.CAUTIOUS), ("23:35", Pace.TYPICAL), ("23:49", Pace.TYPICAL), ("23:50", None)]
)
def test_sending_must_arrive_before_midnight(clock: str, pace: Pace | None) -> None:
    """It takes 25 minutes slowly and usually 10; what arrives at 24:00 is late."""
    raw = night(f"2027-03-15T{clock}", pins=BOTH_KNOWN)
    assert [each.pace for each in planned(raw).routes if each.id == "etax-now"] == ([] if pace is None else [pace])


def test_after_midnight_only_filing_late_is_left() -> None:
    raw = night("2027-03-16T00:00", pins=BOTH_KNOWN)
    assert ids(raw) == ["late-filing"]
    assert reasons(raw)["etax-now"] == "deadline-over"
    assert [each.word for each in planned(raw).warnings][:1] == ["nothing-in-time"]


@pytest.mark.parametrize(("clock", "again"), [("19:45", []), ("19:59", ["03-15 19:59"]), ("20:00", ["03-15 20:00"])])
def test_reservation_of_yesterday_lapses_after_24_hours(clock: str, again: list[str]) -> None:
    """Made at 20:00 the day before: the kiosk must be done by then, at 23 h 59 there is no time left for it."""
    raw = night(
        f"2027-03-15T{clock}",
        reservation={"kind": "signature", "made_at": "2027-03-14T20:00"},
        places={"stores": [{"chain": "lawson", "minutes": 0}]},
    )
    assert starts(route(raw, "kiosk-etax"), "reserve") == again


def test_kiosks_and_offices_rest_at_the_turn_of_the_year() -> None:
    raw = night("2026-12-30T10:00", filing=REFUND)
    assert starts(route(raw, "kiosk-etax"), "reserve") == ["01-03 06:20"]
    assert starts(route(raw, "kiosk-etax"), "kiosk") == ["01-04 06:30"]
    assert starts(route(night("2026-12-30T10:00", filing=REFUND, pins=BOTH_LOCKED), "counter-etax"), "counter") == [
        "01-04 08:30"
    ]


def test_etax_opens_at_0830_on_the_monday_of_the_deadline() -> None:
    assert starts(route(night("2027-03-15T00:10", pins=BOTH_KNOWN), "etax-now"), "etax-login") == ["03-15 08:30"]
    assert starts(route(night("2027-03-14T00:10", pins=BOTH_KNOWN), "etax-now"), "etax-login") == ["03-14 00:10"]


def test_counter_rests_on_a_holiday_in_lieu() -> None:
    raw = night("2027-03-20T10:00", filing=REFUND, pins=BOTH_LOCKED)
    assert starts(route(raw, "counter-etax"), "counter") == ["03-23 08:30"]


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2026, 16), (2027, 15), (2028, 15), (2029, 15), (2030, 15), (2031, 17), (2032, 15), (2033, 15), (2034, 15),
        (2035, 15),
    ],
)  # fmt: skip
def test_deadline_moves_off_the_weekend(year: int, day: int) -> None:
    raw = night(f"{year}-03-{day}T23:34", pins=BOTH_KNOWN, certificates={})
    raw["filing"] = {"kind": "white", "ready_in_minutes": 0}
    made = planned(raw)
    assert [each.data["day"] for each in made.warnings if each.word == "deadline-assumed"] == [date(year, 3, day)]
    assert made.routes[0].id == "etax-now"
    raw["filing"]["deadline"] = f"{year}-03-{day}"
    raw["now"] = f"{year}-03-{day + 1}T00:00"
    assert ids(raw) == ["late-filing"]


def test_move_closes_the_kiosk_and_the_new_certificate_works_from_the_next_day() -> None:
    moved = {"age": 41, "moved_since_issue": True}
    today = night("2027-03-15T09:00", person=moved, certificates={})
    assert reasons(today)["kiosk-etax"] == "moved"
    assert reasons(today)["counter-etax"] == "next-day"
    friday = route(night("2027-03-12T09:00", person=moved, certificates={}), "counter-etax")
    assert starts(friday, "counter-renewal") == ["03-12 09:20"]
    assert starts(friday, "etax-login") == ["03-13 00:00"]


def test_under_15_no_route_uses_the_card() -> None:
    raw = night(person={"age": 14, "moved_since_issue": False})
    assert {reasons(raw)[each] for each in ("etax-now", "kiosk-etax", "counter-etax")} == {"no-signature-certificate"}
    assert reasons(night(person={"age": 15, "moved_since_issue": False}))["etax-now"] == "locked"


def test_both_locked_on_friday_night_waits_for_the_counter_on_monday() -> None:
    raw = night("2027-03-12T21:00", pins=BOTH_LOCKED)
    assert reasons(raw)["kiosk-etax"] == "no-proof"
    found = planned(raw).routes[0]
    assert (found.id, starts(found, "counter")) == ("counter-etax", ["03-15 08:30"])
    assert [step.act for step in found.steps] == ["go", "counter", "go-home", "etax-login", "etax-send"]


def test_authentication_locked_with_only_lawson_near_is_the_wrong_chain() -> None:
    raw = night(pins={"signature": KNOWN, "authentication": LOCKED})
    found = next(each for each in planned(raw).rejected if each.id == "kiosk-etax")
    assert found.reason.because == "wrong-chain"
    assert found.reason.data == {"kind": "authentication", "chains": ["seven-eleven", "aeon", "fuji"]}
    raw["places"]["stores"].append({"chain": "seven-eleven", "minutes": 20})
    assert [step.place for step in route(raw, "kiosk-etax").steps if step.act == "kiosk"] == ["seven-eleven"]


def test_id_and_password_need_no_card() -> None:
    raw = night("2027-03-15T23:30", pins=BOTH_LOCKED, equipment={**dict.fromkeys(MEANS, False), "id_password": True})
    assert ids(raw)[0] == "id-password"
    assert [each.facts for each in planned(raw).warnings if each.word == "reading-nothing"] == [("id-password",)]


def test_phone_certificate_set_up_before_the_lock_still_files() -> None:
    means = {**dict.fromkeys(MEANS, False), "phone_certificate": True}
    assert ids(night("2027-03-15T23:30", pins=BOTH_LOCKED, equipment=means))[0] == "phone-certificate-etax"
    dead = {"authentication": {"not_after": "2027-03-14"}}
    raw = night("2027-03-15T23:30", pins=BOTH_LOCKED, equipment=means, certificates=dead)
    assert reasons(raw)["phone-certificate-etax"] == "certificate-expired"


def test_phones_signature_pin_that_is_forgotten_is_reset_with_the_cards_or_not_at_all() -> None:
    means = {**dict.fromkeys(MEANS, False), "phone_certificate": True, "phone_signature_pin": False}
    raw = night("2027-03-15T23:30", pins=BOTH_LOCKED, equipment=means)
    assert reasons(raw)["phone-certificate-etax"] == "phone-pin-forgotten"
    raw["pins"] = {"signature": KNOWN, "authentication": LOCKED}
    assert [step.act for step in route(raw, "phone-certificate-etax").steps] == [
        "phone-pin-reset",
        "phone-certificate-send",
    ]
    raw["equipment"]["phone_signature_pin"] = True
    assert [step.act for step in route(raw, "phone-certificate-etax").steps] == ["phone-certificate-send"]


def test_proxy_goes_twice_with_the_letter_between() -> None:
    raw = night(
        "2027-03-01T09:00", pins=BOTH_LOCKED, places={"stores": [], "counter": {"minutes": 20, "visitor": "proxy"}}
    )
    found = route(raw, "counter-etax")
    assert starts(found, "counter-first-visit") == ["03-01 09:20"]
    assert starts(found, "counter-second-visit") == ["03-11 08:30"]


def test_drop_box_counts_until_midnight_and_perhaps_until_morning() -> None:
    means = {**dict.fromkeys(MEANS, False), "printer": True}
    places = {"stores": [], "drop_box": {"minutes": 5}}
    before = night("2027-03-15T23:04", equipment=means, places=places)
    assert route(before, "paper-drop-box").finish == datetime(2027, 3, 15, 23, 59, tzinfo=JST)
    after = night("2027-03-16T00:30", equipment=means, places=places)
    assert reasons(after)["paper-drop-box"] == "deadline-over"
    readings = [each.data for each in planned(after).warnings if each.word == "reading"]
    assert readings == [{"fact": "drop-box", "best": "paper-drop-box", "chance": 1.0}]


def test_blue_return_loses_money_on_paper_and_more_when_late() -> None:
    raw = night(
        "2027-03-15T20:00",
        filing={"deadline": "2027-03-15", "kind": "blue", "ready_in_minutes": 0},
        equipment={**dict.fromkeys(MEANS, False), "printer": True, "nfc_phone": True},
        places={"stores": [{"chain": "lawson", "minutes": 6}], "drop_box": {"minutes": 5}},
    )
    made = planned(raw)
    assert [each.id for each in made.routes] == ["kiosk-etax", "paper-drop-box", "late-filing"]
    assert [[(line.name, line.yen) for line in each.money] for each in made.routes] == [
        [],
        [("deduction", 30_000)],
        [("deduction", 165_000)],
    ]


def test_refund_has_no_deadline_in_march() -> None:
    raw = night("2027-03-15T23:30", filing=REFUND)
    assert reasons(raw)["late-filing"] == "no-deadline"
    assert starts(route(raw, "kiosk-etax"), "kiosk") == ["03-16 06:30"]


def test_only_now_and_pins_told_says_what_knowing_more_would_change() -> None:
    made = planned({"now": "2027-03-15T20:00", "pins": {"signature": LOCKED, "authentication": KNOWN}})
    assert made.routes == ()
    words = [each.word for each in made.warnings if each.word.startswith("unknown")]
    assert words == [
        "unknown-phone-certificate",
        "unknown-id-password",
        "unknown-accountant",
        "unknown-stores",
        "unknown-drop-box",
        "unknown-post-office",
        "unknown-ready",
    ]


def test_kiosk_is_no_way_for_a_pin_that_is_known() -> None:
    held = {"kind": "signature", "made_at": "2027-03-15T19:00"}
    assert reasons(night(pins=BOTH_KNOWN, reservation=held))["kiosk-etax"] == "nothing-to-reset"
    means = {**dict.fromkeys(MEANS, False), "card_reader": True}
    pins = {"signature": KNOWN, "authentication": LOCKED}
    assert reasons(night(pins=pins, equipment=means, reservation=held))["kiosk-etax"] == "no-phone"


def test_kiosk_route_does_not_look_for_a_slip_that_would_make_it_needless() -> None:
    raw = night(pins={"signature": {"memory": "forgotten", "tries_left": 2}, "authentication": KNOWN})
    assert [step.act for step in route(raw, "kiosk-etax").steps][:3] == ["reserve", "go", "kiosk"]


def test_stores_alike_are_as_good_as_the_chance_of_each() -> None:
    one, three = ({"stores": [{"chain": "lawson", "minutes": 6}] * count} for count in (1, 3))
    chances = [route(night(places=places), "kiosk-etax").worth.chance for places in (one, three)]
    assert chances[0] < chances[1] <= 1
