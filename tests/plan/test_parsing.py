from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.counter import Visitor
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.plan.parsing import parse
from kaijo.plan.situation import (
    CertificateSituation,
    CounterPlace,
    Equipment,
    Filing,
    HeldReservation,
    Memory,
    Person,
    PinSituation,
    Places,
    PostOffice,
    Situation,
    Store,
)
from kaijo.words import LANGS, explain, label

from .nights import night

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_whole_situation_is_read() -> None:
    raw = {
        "now": "2027-03-15T12:40:00Z",
        "filing": {"deadline": "2027-03-15", "kind": "blue", "ready_in_minutes": 20, "tax_due": 50_000},
        "person": {"age": 41, "moved_since_issue": False},
        "pins": {
            "authentication": {"memory": "unsure", "confidence": 0.6, "tries_left": 3, "use_last_try": True},
            "signature": {"memory": "forgotten", "locked": True},
        },
        "certificates": {"authentication": {"not_after": "2029-05-05"}, "signature": {"revoked": True}},
        "equipment": {"nfc_phone": True, "printer": None},
        "places": {
            "stores": [{"chain": "lawson", "minutes": 6}],
            "counter": {"minutes": 25, "visitor": "legal-representative"},
            "drop_box": {"minutes": 40},
            "post_office": {"minutes": 10, "closes": "19:00"},
        },
        "reservation": {"kind": "signature", "made_at": "2027-03-15T20:00"},
    }
    assert parse(raw) == Situation(
        now=datetime(2027, 3, 15, 21, 40, tzinfo=JST),
        filing=Filing(date(2027, 3, 15), ReturnKind.BLUE, 20, 50_000),
        person=Person(41, moved_since_issue=False),
        pins={
            PinKind.SIGNATURE: PinSituation(Memory.FORGOTTEN, tries_left=0),
            PinKind.AUTHENTICATION: PinSituation(Memory.UNSURE, 0.6, 3, use_last_try=True),
        },
        certificates={
            PinKind.SIGNATURE: CertificateSituation(revoked=True),
            PinKind.AUTHENTICATION: CertificateSituation(date(2029, 5, 5)),
        },
        equipment=Equipment(nfc_phone=True),
        places=Places(
            (Store(Chain.LAWSON, 6),), CounterPlace(25, Visitor.LEGAL_REPRESENTATIVE), 40, PostOffice(10, time(19))
        ),
        reservation=HeldReservation(PinKind.SIGNATURE, datetime(2027, 3, 15, 20, tzinfo=JST)),
    )


def test_what_is_absent_is_unknown() -> None:
    situation = parse({"now": "2027-03-15T21:40", "pins": {}})
    assert situation == Situation(datetime(2027, 3, 15, 21, 40, tzinfo=JST), {})
    assert situation.pin(PinKind.SIGNATURE) == PinSituation()
    assert situation.certificate(PinKind.SIGNATURE) == CertificateSituation()


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("now", None, "missing"),
        ("now", "yesterday", "not-a-time"),
        ("now", 5, "not-a-time"),
        ("now", "9999-12-31T23:59:00+00:00", "not-a-time"),
        ("now", "1999-01-01T00:00", "out-of-range"),
        ("pins", None, "missing"),
        ("pins", [], "not-an-object"),
        ("pins.puk", {}, "unknown-field"),
        ("moon", 1, "unknown-field"),
        ("pins.signature.tries_left", 6, "out-of-range"),
        ("pins.authentication.tries_left", 4, "out-of-range"),
        ("pins.authentication.tries_left", -1, "out-of-range"),
        ("pins.authentication.tries_left", True, "not-a-whole-number"),
        ("pins.authentication.tries_left", 2.0, "not-a-whole-number"),
        ("pins.authentication.confidence", 0.5, "contradicts"),
        ("pins.signature.memory", "perhaps", "not-one-of-the-words"),
        ("pins.signature.locked", False, "contradicts"),
        ("pins.authentication.locked", True, "contradicts"),
        ("filing.deadline", "15 March", "not-a-date"),
        ("filing.deadline", "2026-03-16", "in-the-past"),
        ("filing.deadline", "2031-03-17", "too-far-ahead"),
        ("filing.ready_in_minutes", 10**9, "out-of-range"),
        ("person.age", 151, "out-of-range"),
        ("person.moved_since_issue", "no", "not-yes-or-no"),
        ("certificates.resident", {}, "unknown-field"),
        ("certificates.signature.not_after", "2040-01-01", "too-far-ahead"),
        ("equipment.nfc_phone", 1, "not-yes-or-no"),
        ("places.stores", {}, "not-a-list"),
        ("places.stores", [{"chain": "lawson", "minutes": 1}] * 13, "too-many"),
        ("places.stores.0", 5, "not-an-object"),
        ("places.stores.0.chain", "corner-shop", "not-one-of-the-words"),
        ("places.stores.0.minutes", None, "missing"),
        ("places.counter.minutes", -1, "out-of-range"),
        ("places.post_office", {"minutes": 5, "closes": "7 pm"}, "not-a-time"),
        ("places.post_office", {"minutes": 5, "closes": "19:00+09:00"}, "not-a-time"),
        ("reservation", {"kind": "signature", "made_at": "2027-03-15T20:01"}, "in-the-future"),
        ("reservation", {"kind": "resident", "made_at": "2027-03-15T19:00"}, "not-resettable-there"),
    ],
)
def test_situation_that_cannot_be_is_refused_with_field_and_reason(path: str, value: Any, reason: str) -> None:
    raw = night()
    _set(raw, path.split("."), value)
    with pytest.raises(UsageProblem) as caught:
        parse(raw)
    assert caught.value.code == "plan.bad-situation"
    assert caught.value.data["reason"] == reason
    assert str(caught.value.data["field"]).startswith(path)
    for lang in LANGS:
        assert label(f"word.{reason}", lang) in explain(caught.value, lang).cause


def _set(raw: Any, path: list[str], value: Any) -> None:
    *way, last = path
    for part in way:
        raw = raw[int(part)] if isinstance(raw, list) else raw.setdefault(part, {})
    raw[int(last) if isinstance(raw, list) else last] = value


def test_certificate_of_somebody_who_moved_cannot_be_unrevoked() -> None:
    raw = night(person={"moved_since_issue": True})
    with pytest.raises(UsageProblem) as caught:
        parse(raw)
    assert caught.value.data == {"field": "certificates.signature.revoked", "reason": "contradicts"}


@pytest.mark.parametrize("confidence", [1.1, -0.1, float("nan"), float("inf"), True, "0.5"])
def test_confidence_outside_0_to_1_is_refused(confidence: Any) -> None:
    raw = night(pins={"signature": {"memory": "unsure", "confidence": confidence}})
    with pytest.raises(UsageProblem) as caught:
        parse(raw)
    assert caught.value.data["field"] == "pins.signature.confidence"


@given(json_values)
def test_any_json_is_a_situation_or_refused(raw: Any) -> None:
    _refused_or_read(raw)


@given(
    st.sampled_from(
        (
            *("now", "filing", "person", "pins", "certificates", "equipment", "places", "reservation"),
            *("filing.deadline", "pins.signature", "pins.signature.tries_left", "places.stores", "places.counter"),
        )
    ),
    json_values,
)
def test_any_json_in_any_field_is_read_or_refused(path: str, value: Any) -> None:
    raw = night()
    _set(raw, path.split("."), value)
    _refused_or_read(raw)


def _refused_or_read(raw: Any) -> None:
    try:
        assert isinstance(parse(raw), Situation)
    except UsageProblem as refused:
        assert refused.code == "plan.bad-situation"
        assert refused.data.keys() == {"field", "reason"}
