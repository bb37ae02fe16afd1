"""`kaijo reader` with the real PC/SC daemon and its virtual readers."""

import pytest

from kaijo.readers.pcsc import Reader, list_readers, open_reader
from kaijo.virtualcard.vpcd import Insertion, insert
from kaijo.words import LANGS, Lang, label
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.echo import ATR, EchoCard
from tests.support.pcscd import Slot, slots_empty, until

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]


def reader_of(slot: Slot) -> Reader:
    return next(reader for reader in list_readers() if reader.name == slot.reader)


@pytest.mark.parametrize("lang", LANGS)
def test_readers_are_listed(kaijo: CommandLine, slots: tuple[Slot, Slot], lang: Lang) -> None:
    with insert(EchoCard(), slots[1].host, slots[1].port):
        until(lambda: reader_of(slots[1]).has_card, "the daemon to notice the card")
        answer = kaijo("reader", "list", "--json").json()
        told = kaijo("reader", "list", "--lang", lang)
    until(slots_empty, "the readers to be empty")
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
    with insert(EchoCard(), slot.host, slot.port):
        until(lambda: reader_of(slot).has_card, "the daemon to notice the card")
        ended = kaijo("reader", "test", "--reader", slot.reader, "--rounds", "2", "--json")
    until(slots_empty, "the readers to be empty")
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

    with insert(EchoCard(pull), slot.host, slot.port) as insertion:
        until(lambda: reader_of(slot).has_card, "the daemon to notice the card")
        pulled.append(insertion)
        ended = kaijo("reader", "test", "--reader", slot.reader)
    until(slots_empty, "the readers to be empty")
    assert (ended.code, "(reader.no-card)" in ended.err, ended.out) == (3, True, "")


def test_facts_of_a_reader_are_those_it_tells(slot: Slot) -> None:
    with insert(EchoCard(), slot.host, slot.port):
        until(lambda: reader_of(slot).has_card, "the daemon to notice the card")
        link = open_reader(slot.reader)
        facts = link.facts()
        link.close()
    until(slots_empty, "the readers to be empty")
    assert (facts.atr, facts.bits_per_second, facts.simulated) == (ATR, None, False)
