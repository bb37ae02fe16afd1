"""Nights for the planner's tests: one ordinary night to vary, and random ones from a seed."""

import copy
from datetime import datetime, timedelta
from random import Random
from typing import Any

from kaijo.clock import JST
from kaijo.plan.advice import Plan, Route, plan
from kaijo.plan.parsing import parse

CHAINS = ("seven-eleven", "aeon", "lawson", "familymart", "ministop", "daiei", "fuji")
KNOWN = {"memory": "known", "tries_left": 3}
LOCKED = {"memory": "forgotten", "tries_left": 0}
MEANS = ("nfc_phone", "card_reader", "phone_certificate", "id_password", "printer", "accountant")


def unsure(confidence: float, tries_left: int) -> dict[str, Any]:
    return {"memory": "unsure", "confidence": confidence, "tries_left": tries_left}


def night(now: str = "2027-03-15T20:00", **changes: Any) -> dict[str, Any]:
    """Return the last evening: signature PIN locked, authentication PIN known, a phone, a Lawson nearby."""
    made: dict[str, Any] = {
        "now": now,
        "filing": {"deadline": "2027-03-15", "kind": "white", "ready_in_minutes": 0},
        "person": {"age": 41, "moved_since_issue": False},
        "pins": {"signature": LOCKED, "authentication": KNOWN},
        "certificates": {
            "authentication": {"not_after": "2029-05-05"},
            "signature": {"not_after": "2029-05-05", "revoked": False},
        },
        "equipment": {**dict.fromkeys(MEANS, False), "nfc_phone": True},
        "places": {"stores": [{"chain": "lawson", "minutes": 6}], "counter": {"minutes": 20}},
    }
    return copy.deepcopy({**made, **changes})


def planned(raw: dict[str, Any]) -> Plan:
    return plan(parse(raw))


def route(raw: dict[str, Any], route_id: str) -> Route:
    return next(each for each in planned(raw).routes if each.id == route_id)


def ids(raw: dict[str, Any]) -> list[str]:
    return [each.id for each in planned(raw).routes]


def reasons(raw: dict[str, Any]) -> dict[str, str]:
    return {each.id: each.reason.because for each in planned(raw).rejected}


def starts(found: Route, act: str) -> list[str]:
    return [f"{step.start:%m-%d %H:%M}" for step in found.steps if step.act == act]


def random_night(rng: Random, *, small: bool) -> dict[str, Any]:
    """Return a night with every answer given; a small one has few acts, so that all policies can be counted."""
    deadline = datetime(2027, 3, 15, tzinfo=JST)
    hours = rng.choice((3, 6, 8, 12, 24)) if small else rng.choice((2, 4, 8, 24, 72, 200))
    now = deadline + timedelta(days=1, minutes=rng.randrange(-60 * hours, 60 * 4))
    stores = [
        {"chain": rng.choice(CHAINS), "minutes": rng.randrange(0, 45)}
        for _ in range(rng.randrange(2) if small else rng.randrange(4))
    ]
    made = night(
        now.isoformat(),
        filing={
            "deadline": "2027-03-15",
            "kind": rng.choice(("blue", "white", "refund")),
            "ready_in_minutes": rng.choice((0, 0, 15, 60)),
            "tax_due": rng.choice((0, 120_000)),
        },
        person={"age": rng.choice((12, 41, 41, 41, 41)), "moved_since_issue": rng.random() < 0.1},
        pins={kind: _random_pin(rng, most, small=small) for kind, most in (("signature", 5), ("authentication", 3))},
        equipment={name: rng.random() < (0.25 if small else 0.5) for name in MEANS} | {"nfc_phone": rng.random() < 0.8},
        places={"stores": stores, **_random_places(rng, 0.3 if small else 0.7)},
    )
    if made["person"]["moved_since_issue"]:
        del made["certificates"]["signature"]["revoked"]
    if rng.random() < 0.15:
        ends = now.date() + timedelta(days=rng.choice((-3, 0, 1)))
        made["certificates"]["authentication"]["not_after"] = ends.isoformat()
    if rng.random() < 0.1:
        made_at = now - timedelta(minutes=rng.randrange(1, 25 * 60))
        made["reservation"] = {"kind": "signature", "made_at": made_at.isoformat()}
    if made["equipment"]["phone_certificate"]:
        made["equipment"]["phone_signature_pin"] = rng.random() < 0.5
    return made


def _random_pin(rng: Random, most: int, *, small: bool) -> dict[str, Any]:
    memory = rng.choice(("known", "unsure", "forgotten"))
    pin: dict[str, Any] = {"memory": memory, "tries_left": rng.choice((0, 1, 2, most))}
    if memory == "unsure":
        pin["confidence"] = rng.choice((0.0, 0.1, 0.35, 0.6, 0.9, 1.0))
        pin["use_last_try"] = rng.random() < 0.2
        if small:
            pin["tries_left"] = rng.choice((0, 1, 2))
    return pin


def _random_places(rng: Random, likely: float) -> dict[str, Any]:
    every: dict[str, Any] = {
        "counter": {"minutes": rng.randrange(5, 60), "visitor": rng.choice(("holder", "holder", "proxy"))},
        "drop_box": {"minutes": rng.randrange(5, 90)},
        "post_office": {"minutes": rng.randrange(5, 40), "closes": rng.choice(("17:00", "19:00", "21:00"))},
    }
    return {name: place for name, place in every.items() if rng.random() < likely}
