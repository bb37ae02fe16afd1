"""Nights as answers to the guide's questions, and as the planner is told of them."""

from dataclasses import dataclass
from typing import Any

from .visitor import Page, Visitor

Given = dict[str, str]


@dataclass(frozen=True)
class Night:
    """What is chosen on each screen, and the same night in the planner's words."""

    screens: tuple[Given, Given, Given, Given, Given]
    told: dict[str, Any]

    @property
    def given(self) -> Given:
        """What is chosen on all screens together."""
        return {name: value for screen in self.screens for name, value in screen.items()}


NIGHTS = {
    "signature-locked-lawson": Night(
        (
            {"trouble": "signature", "memory": "locked"},
            {"authentication": "known", "moved": "no", "under-age": "no"},
            {"nfc-phone": "yes", "phone-certificate": "no", "id-password": "no", "printer": "no", "accountant": "no"},
            {"lawson": "5", "counter": "30"},
            {"kind": "blue", "ready": "20"},
        ),
        {
            "pins": {"signature": {"tries_left": 0}, "authentication": {"memory": "known"}},
            "person": {"moved_since_issue": False, "age": 15},
            "equipment": {
                "nfc_phone": True,
                "phone_certificate": False,
                "id_password": False,
                "printer": False,
                "accountant": False,
            },
            "places": {"stores": [{"chain": "lawson", "minutes": 5}], "counter": {"minutes": 30}},
            "filing": {"kind": "blue", "ready_in_minutes": 20},
        },
    ),
    "authentication-locked-only-lawson": Night(
        (
            {"trouble": "authentication", "memory": "locked"},
            {"signature": "known", "moved": "no", "under-age": "no", "certificate-end": "2029-05-05"},
            {"nfc-phone": "yes"},
            {"lawson": "3", "drop-box": "20"},
            {"kind": "white", "ready": "0"},
        ),
        {
            "pins": {"authentication": {"tries_left": 0}, "signature": {"memory": "known"}},
            "person": {"moved_since_issue": False, "age": 15},
            "certificates": {
                "authentication": {"not_after": "2029-05-05"},
                "signature": {"not_after": "2029-05-05"},
            },
            "equipment": {"nfc_phone": True},
            "places": {"stores": [{"chain": "lawson", "minutes": 3}], "drop_box": {"minutes": 20}},
            "filing": {"kind": "white", "ready_in_minutes": 0},
        },
    ),
    "unsure-with-two-tries": Night(
        (
            {"trouble": "signature", "memory": "unsure", "tries": "2"},
            {"authentication": "known", "authentication-tries": "3"},
            {"nfc-phone": "yes", "card-reader": "yes"},
            {"seven-eleven": "10"},
            {"kind": "blue", "ready": "40", "at": "2027-03-15T18:00"},
        ),
        {
            "now": "2027-03-15T18:00:00+09:00",
            "pins": {
                "signature": {"memory": "unsure", "tries_left": 2},
                "authentication": {"memory": "known", "tries_left": 3},
            },
            "equipment": {"nfc_phone": True, "card_reader": True},
            "places": {"stores": [{"chain": "seven-eleven", "minutes": 10}]},
            "filing": {"kind": "blue", "ready_in_minutes": 40},
        },
    ),
    "id-password-holder": Night(
        ({"trouble": "unknown"}, {}, {"id-password": "yes"}, {}, {"ready": "10"}),
        {"pins": {}, "equipment": {"id_password": True}, "filing": {"ready_in_minutes": 10}},
    ),
    "both-locked-printer": Night(
        (
            {"trouble": "signature", "memory": "locked"},
            {"authentication": "locked"},
            {"nfc-phone": "yes", "printer": "yes"},
            {"seven-eleven": "5", "post-office": "10", "post-closes": "23:30", "drop-box": "15"},
            {"kind": "white"},
        ),
        {
            "pins": {"signature": {"tries_left": 0}, "authentication": {"tries_left": 0}},
            "equipment": {"nfc_phone": True, "printer": True},
            "places": {
                "stores": [{"chain": "seven-eleven", "minutes": 5}],
                "post_office": {"minutes": 10, "closes": "23:30"},
                "drop_box": {"minutes": 15},
            },
            "filing": {"kind": "white"},
        },
    ),
    "moved-refund": Night(
        (
            {"trouble": "attributes", "memory": "forgotten"},
            {"signature": "known", "authentication": "forgotten", "moved": "yes"},
            {"nfc-phone": "no"},
            {"counter": "20"},
            {"kind": "refund", "ready": "0"},
        ),
        {
            "pins": {
                "attributes": {"memory": "forgotten"},
                "signature": {"memory": "known"},
                "authentication": {"memory": "forgotten"},
            },
            "person": {"moved_since_issue": True},
            "equipment": {"nfc_phone": False},
            "places": {"counter": {"minutes": 20}},
            "filing": {"kind": "refund", "ready_in_minutes": 0},
        },
    ),
    "under-15-nothing-near": Night(
        (
            {"trouble": "authentication", "memory": "locked"},
            {"under-age": "yes"},
            {"printer": "yes"},
            dict.fromkeys(("seven-eleven", "aeon", "lawson", "familymart", "ministop", "daiei", "fuji"), "none"),
            {},
        ),
        {
            "pins": {"authentication": {"tries_left": 0}},
            "person": {"age": 14},
            "equipment": {"printer": True},
            "places": {"stores": []},
        },
    ),
}


def walk(visitor: Visitor, night: Night) -> list[Page]:
    """Answer every screen; return both pages met, the plan last."""
    questions = visitor.go("/guide")
    return [questions, answer(visitor, questions, "plan", night.given)]


def answer(visitor: Visitor, page: Page, to: str, given: Given) -> Page:
    """Send the form as it is filled in, with what is chosen now, by the button that leads to `to`."""
    return visitor.post("/guide", {**filled(page), "to": to, **given})


def filled(page: Page) -> Given:
    """Return what the first form of a page sends by itself: hidden, checked, selected and typed."""
    menu, fields = "", page.forms[0].hidden()
    for tag, one in page.elements:
        if tag == "select":
            menu = one["name"]
        if tag == "option" and ("selected" in one or menu not in fields):
            fields[menu] = one["value"]
        if tag == "input" and (one.get("type") in {"date", "time", "datetime-local"} or "checked" in one):
            fields[one["name"]] = one["value"]
    return fields
