"""Every number PC/SC can answer is a trouble of ours, with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.readers.trouble import Answer, transmission_trouble, trouble
from kaijo.words import explain

scard = pytest.importorskip("smartcard.scard", reason="pyscard is not installed")

# Written out again, by number: what each result code is told as before a command (left) and after one (right).
MEANINGS = {
    0x80100002: ("reader.trouble", "card.removed"),
    0x80100003: ("reader.daemon-restarted", "reader.daemon-restarted"),
    0x80100004: ("reader.trouble", "reader.trouble"),
    0x80100009: ("reader.unknown", "card.removed"),
    0x8010000A: ("reader.trouble", "card.removed"),
    0x8010000B: ("reader.in-use", "reader.in-use"),
    0x8010000C: ("reader.no-card", "card.removed"),
    0x8010000F: ("reader.protocol-mismatch", "reader.protocol-mismatch"),
    0x80100012: ("reader.daemon-restarted", "card.removed"),
    0x80100013: ("reader.daemon-restarted", "card.removed"),
    0x80100015: ("card.unresponsive", "card.removed"),
    0x80100016: ("card.removed", "card.removed"),
    0x80100017: ("reader.gone", "card.removed"),
    0x80100018: ("reader.daemon-restarted", "card.removed"),
    0x8010001D: ("reader.no-daemon", "reader.daemon-restarted"),
    0x8010001E: ("reader.daemon-restarted", "card.removed"),
    0x80100027: ("reader.access-denied", "card.removed"),
    0x8010002E: ("reader.none", "card.removed"),
    0x80100065: ("card.unresponsive", "card.removed"),
    0x80100066: ("card.unresponsive", "card.removed"),
    0x80100067: ("card.unpowered", "card.unpowered"),
    0x80100068: ("card.was-reset", "card.was-reset"),
    0x80100069: ("card.removed", "card.removed"),
    0x8010006A: ("reader.access-denied", "card.removed"),
}
# The library's result codes by the name without its prefix.
PYSCARD = {
    name.split("_", 2)[2]: value & 0xFFFF_FFFF
    for name, value in vars(scard).items()
    if name.startswith(("SCARD_S_", "SCARD_E_", "SCARD_W_", "SCARD_F_", "SCARD_P_"))
} | {"INVALID_HANDLE": scard.INVALID_HANDLE}


@pytest.mark.parametrize("number", sorted(set(PYSCARD.values()) - {Answer.SUCCESS}), ids=hex)
def test_every_number_of_pyscard_has_its_meaning_and_its_sentence(number: int) -> None:
    before, after = MEANINGS.get(number, ("reader.trouble", "card.removed"))
    told = trouble(number, reader="R"), transmission_trouble(number, reader="R")
    assert tuple(error.code for error in told) == (before, after)
    for error in told:
        assert error.data["number"] == f"{number:08X}"
        assert all(explain(error, lang).remedy for lang in ("ja", "en"))


def test_our_numbers_are_those_of_the_library() -> None:
    assert {answer.name: answer.value for answer in Answer} == {answer.name: PYSCARD[answer.name] for answer in Answer}


@given(number=st.integers(min_value=1, max_value=0xFFFF_FFFF).filter(lambda number: number not in MEANINGS))
def test_unlisted_number_is_reader_trouble_before_and_unknown_outcome_after(number: int) -> None:
    assert trouble(number).code == "reader.trouble"
    assert transmission_trouble(number, reader="R").code == "card.removed"


def test_success_without_an_answer_is_unknown_outcome() -> None:
    assert transmission_trouble(0, reader="R").code == "card.removed"
