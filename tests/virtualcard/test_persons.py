import json

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.identity import Sex
from kaijo.virtualcard.persons import CertificateState, Ending, identity, person, persons, profile
from kaijo.words import explain

from .issued import CERTIFICATE_KINDS, NOW

# Tries left of signature, authentication, resident and attributes PIN; state of authentication and signature
# certificate; ending.
EXPECTED = {
    "fresh": ((5, 3, 3, 3), ("valid", "valid"), Ending.WORKS),
    "signature-locked": ((0, 3, 3, 3), ("valid", "valid"), Ending.STORE_RESET),
    "authentication-locked": ((5, 0, 3, 3), ("valid", "valid"), Ending.STORE_RESET),
    "both-locked": ((0, 0, 3, 3), ("valid", "valid"), Ending.COUNTER),
    "one-try-left": ((0, 1, 3, 3), ("valid", "valid"), Ending.GUARD_STOP),
    "certificate-expired": ((0, 3, 3, 3), ("expired", "expired"), Ending.COUNTER),
    "moved": ((0, 3, 3, 3), ("valid", "revoked"), Ending.COUNTER),
    "under-15": ((0, 0, 3, 3), ("valid", "absent"), Ending.COUNTER),
    "face-only": ((0, 0, 0, 0), ("valid", "absent"), Ending.COUNTER),
}


def test_persons_are_one_per_ending_with_the_state_of_their_story() -> None:
    found = {
        one.id: (
            tuple(one.tries_left[kind] for kind in PinKind),
            tuple(one.certificates[kind].value for kind in CERTIFICATE_KINDS),
            one.ending,
        )
        for one in persons()
    }
    order = (PinKind.SIGNATURE, PinKind.AUTHENTICATION, PinKind.RESIDENT, PinKind.ATTRIBUTES)
    assert tuple(PinKind) == order
    assert found == EXPECTED
    assert list(found) == list(EXPECTED)


def test_pins_never_set_are_those_of_the_child_and_of_the_face_card() -> None:
    assert {one.id: set(one.unset_pins) for one in persons() if one.unset_pins} == {
        "under-15": {PinKind.SIGNATURE},
        "face-only": set(PinKind),
    }


def test_signature_certificate_is_absent_where_no_signature_pin_was_set() -> None:
    absent = {one.id for one in persons() if one.certificates[PinKind.SIGNATURE] is CertificateState.ABSENT}
    assert absent == {one.id for one in persons() if PinKind.SIGNATURE in one.unset_pins}


def test_every_person_is_somebody_else() -> None:
    people = [identity(one, NOW) for one in persons()]
    assert len({who.family for who in people}) == len({who.given for who in people}) == len(people)
    assert len({who.my_number for who in people}) == len(people)


def test_stories_are_one_line_in_both_languages() -> None:
    assert [set(one.story) for one in persons()] == [{"ja", "en"}] * len(persons())
    texts = [text for one in persons() for text in one.story.values()]
    assert [text for text in texts if "\n" in text or not 20 <= len(text) <= 120] == []


def test_person_is_found_by_id() -> None:
    assert [person(one.id) for one in persons()] == list(persons())
    assert person("under-15").age < 15
    assert person("moved").sex is Sex.FEMALE


def test_person_unknown_lists_those_known() -> None:
    with pytest.raises(UsageProblem) as caught:
        person("nobody")
    assert caught.value.diagnostics() == {
        "code": "person.unknown",
        "data": {"person": "nobody", "known": list(EXPECTED)},
    }
    assert explain(caught.value, "ja").cause == "「nobody」という人物は登録されていません。"
    assert "fresh, signature-locked" in explain(caught.value, "en").remedy


def test_profile_has_the_pins_that_were_chosen_also_of_a_locked_pin() -> None:
    who = identity(person("signature-locked"), NOW)
    row = json.loads(json.dumps(profile(person("signature-locked"), NOW)))
    assert row["pins"] == {
        "signature": {"value": who.pins[PinKind.SIGNATURE], "tries_left": 0, "tries_max": 5},
        "authentication": {"value": who.pins[PinKind.AUTHENTICATION], "tries_left": 3, "tries_max": 3},
        "resident": {"value": who.pins[PinKind.RESIDENT], "tries_left": 3, "tries_max": 3},
        "attributes": {"value": who.pins[PinKind.ATTRIBUTES], "tries_left": 3, "tries_max": 3},
    }
    assert (row["id"], row["name"], row["address"]) == ("signature-locked", who.name, who.address)
    assert row["certificates"] == {"authentication": "valid", "signature": "valid"}


def test_profile_of_a_pin_never_set_has_no_value() -> None:
    pins = profile(person("face-only"), NOW)["pins"]
    assert pins == {
        kind.value: {"value": None, "tries_left": 0, "tries_max": 5 if kind is PinKind.SIGNATURE else 3}
        for kind in PinKind
    }
