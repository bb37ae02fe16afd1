"""Situations for the planner."""

import json
from typing import Any

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.plan.parsing import parse

_GOOD: dict[str, Any] = {
    "now": "2027-03-15T21:40:00+09:00",
    "filing": {"deadline": "2027-03-15", "kind": "blue", "ready_in_minutes": 20},
    "person": {"age": 41, "moved_since_issue": False},
    "pins": {
        "authentication": {"memory": "unsure", "confidence": 0.6, "tries_left": 3},
        "signature": {"memory": "forgotten", "tries_left": 0},
    },
    "certificates": {"authentication": {"not_after": "2029-05-05"}, "signature": {"revoked": False}},
    "equipment": {"nfc_phone": True},
    "places": {
        "stores": [{"chain": "lawson", "minutes": 6}],
        "counter": {"minutes": 25},
        "post_office": {"minutes": 10, "closes": "19:00"},
    },
}


def run(data: bytes) -> None:
    """Parse `data` as it is, and as the value of one field of a good situation."""
    tape = Tape(data)
    place = situation = json.loads(json.dumps(_GOOD))
    for _ in range(1 + tape.byte() % 3):
        key = list(place)[tape.byte() % len(place)]
        if not isinstance(place[key], dict):
            break
        place = place[key]
    else:
        key = list(place)[tape.byte() % len(place)]
    value = tape.value()
    place[key] = value
    told(lambda: parse(situation))
    told(lambda: parse(value))
