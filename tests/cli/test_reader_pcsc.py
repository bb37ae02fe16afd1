"""`kaijo reader` with the real PC/SC daemon and its virtual readers."""

import pytest

from kaijo.readers.pcsc import open_reader
from kaijo.virtualcard.vpcd import Insertion
from kaijo.words import LANGS, Lang, label
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.echo import ATR, EchoCard
from tests.support.pcscd import Slot, card_in

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]


@pytest.mark.parametrize("lang", LANGS)
def test_readers_are_listed(kaijo: CommandLine, slots: tuple[Slot, Slot], lang: Lang) -> None:
    with card_in(slots[1]):
        answer = kaijo("reader", "list", "--json").json()
        told = kaijo("reader", "list", "--lang", lang)
    assert complaints("readers", answer) == []
    assert answer["readers"] == [
        {"name": slots[0].reader, "has_card": False, "atr": None, "in_use": False},
        {"name": slots[1].reader, "has_card": True, "atr": ATR.hex().upper(), "in_use": False},
    ]
    assert [
        label(f"word.reader-state.{state}", lang) in line
        for state, line in zip(("empty", "with-card"), told.out.splitlines(), strict=True)
    ] == [True, True]


def test_card_in_a_reader_is_measured(kaijo: CommandLine, slot: Slot) -> None:
    with card_in(slot):
        ended = kaijo("reader", "test", "--reader", slot.reader, "--rounds", "2", "--json")
    answer = ended.json()
    assert complaints("reader-test", answer) == []
    assert answer["facts"]["atr"] == ATR.hex().upper()
    assert answer["facts"]["protocol"] in {"T=0", "T=1"}
    assert (answer["facts"]["simulated"], answer["reader"]) == (False, slot.reader)
    assert [(one["commands"], one["errors"]) for one in answer["measurements"]] == [(78, 0)]


def test_card_that_leaves_for_good_is_trouble(kaijo: CommandLine, slot: Slot) -> None:
    pulled: list[Insertion] = []

    def pull(command: bytes) -> None:
        if command[1] == 0xB0 and pulled:
            pulled.pop().remove()

    with card_in(slot, EchoCard(pull)) as insertion:
        pulled.append(insertion)
        ended = kaijo("reader", "test", "--reader", slot.reader)
    assert (ended.code, "(reader.no-card)" in ended.err, ended.out) == (3, True, "")


def test_facts_of_a_reader_are_those_it_tells(slot: Slot) -> None:
    with card_in(slot):
        link = open_reader(slot.reader)
        facts = link.facts()
        link.close()
    assert (facts.atr, facts.bits_per_second, facts.simulated) == (ATR, None, False)
