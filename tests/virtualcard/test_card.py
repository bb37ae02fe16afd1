from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaijo.card.apdu import Command
from kaijo.card.files import Application
from kaijo.errors import CardTrouble
from kaijo.virtualcard.card import VirtualCard

from .handmade import JPKI, RIGHT_AUTHENTICATION, handmade_image, say, talk

FOREIGN = [
    "00A4040007627601FF000000",
    "00A4040006A00000000101",
    "00A404000BE82B0601040181C31F020100",
    "00A4040C0FD23300000045737445494420763335",
    "00A4040009A0000003080000100000",
    "00A4040009A0000003080000100000",
    "00A4040C07A000000116DB0000",
    "00A4040C07A0000000791000",
    *[f"00A4040C07A00000007901{last:02X}00" for last in range(16)],
    "00A404000CF276A288BCFBA69D34F31001",
    "00A4040009A0000003974254465900",
    "00A4040006D2760001240100",
]


def test_probing_by_opensc_finds_only_this_card(card: VirtualCard) -> None:
    assert talk(card, *FOREIGN) == ["6A82"] * len(FOREIGN)
    assert talk(card, "00CADF3005", "00CB3FFF035C017E08") == ["6A88", "6D00"]
    bind = [JPKI, "00A4020C020018", "00200080", "00A4020C02001B", "00200080"]
    assert talk(card, *bind) == ["9000", "9000", "63C3", "9000", "63C5"]
    read = ["00A4020C02000A", "00B0000004", "00B0000000", "00B0010000"]
    answers = talk(card, *read)
    assert [(len(answer) // 2 - 2, answer[-4:]) for answer in answers] == [
        (0, "9000"),
        (4, "9000"),
        (256, "9000"),
        (256, "9000"),
    ]


def test_probing_by_opensc_binds_a_card_with_everything_locked() -> None:
    image = handmade_image()
    for pin in image.directories[Application.JPKI].pins.values():
        pin.tries_left = 0
    card = VirtualCard(image, place="table")
    bind = [JPKI, "00A4020C020018", "00200080", "00A4020C02001B", "00200080"]
    assert talk(card, *bind) == ["9000", "9000", "63C0", "9000", "63C0"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("", "6700"),
        ("00", "6700"),
        ("00A404", "6700"),
        ("00A4040C05D3", "6700"),
        ("01A4040C", "6881"),
        ("83200098", "6881"),
        ("40200098", "6881"),
        ("0C200098", "6882"),
        ("08B0000000", "6882"),
        ("04200098", "6882"),
        ("84200098", "6882"),
        ("10200098", "6E00"),
        ("20200098", "6E00"),
        ("A0A40000023F00", "6E00"),
        ("FF000000", "6881"),
        ("00FF0000", "6D00"),
        ("00820000", "6D00"),
        ("805000000800112233445566770000", "6700"),
        ("8050000008001122334455667700", "6D00"),
        ("80AE0000010000", "6D00"),
        ("80540080", "6D00"),
    ],
)
def test_command_of_another_kind_is_refused(card: VirtualCard, command: str, status: str) -> None:
    assert talk(card, JPKI, command)[1] == status


@pytest.mark.parametrize(("command", "status"), [("84AA0000", "6982"), ("04200098", "6982"), ("0C200098", "6E00")])
def test_secured_command_without_a_channel_is_refused(card: VirtualCard, command: str, status: str) -> None:
    assert say(card, command) == status


def test_card_tells_its_place_and_atr(card: VirtualCard) -> None:
    assert (card.place, card.atr.hex()) == ("table", "3be000ff8131fe4514")


def test_card_without_power_does_not_answer(card: VirtualCard) -> None:
    card.power_off()
    with pytest.raises(CardTrouble) as caught:
        say(card, JPKI)
    assert caught.value.code == "card.removed"
    card.power_on()
    assert say(card, JPKI) == "9000"


def test_closed_card_is_gone(card: VirtualCard) -> None:
    card.close()
    card.close()
    for act in (lambda: say(card, JPKI), card.power_cycle):
        with pytest.raises(CardTrouble) as caught:
            act()
        assert caught.value.code == "card.removed"


def test_64_threads_never_count_wrong() -> None:
    image = handmade_image()
    card = VirtualCard(image, place="table")
    talk(card, JPKI)
    with ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(lambda _: say(card, "002000980439393939"), range(64)))
    assert sorted(answers) == ["63C0", "63C1", "63C2", *["6984"] * 61]


INTERESTING = st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x05, 0x0C, 0x80, 0x84, 0x97, 0x98, 0x9A, 0x9B, 0x9C, 0xFF])
BYTE = INTERESTING | st.integers(0, 255)
INSTRUCTION = st.sampled_from(
    [0x20, 0x24, 0x2A, 0x2C, 0x32, 0x50, 0x82, 0x84, 0x88, 0xA4, 0xAA, 0xAC, 0xB0, 0xB2, 0xCA]
)
NAMES = st.sampled_from([bytes(one) for one in Application])
COMMANDS = st.builds(
    Command,
    st.sampled_from([0x00, 0x80, 0x84]) | st.integers(0, 255),
    INSTRUCTION | st.integers(0, 255),
    BYTE,
    BYTE,
    NAMES | st.binary(max_size=300),
    st.sampled_from([0, 1, 16, 256, 300, 65_536]),
).map(Command.encode)
SELECTS = NAMES.map(lambda name: Command(0x00, 0xA4, 0x04, 0x0C, name).encode())
PROOF = st.just(bytes.fromhex(RIGHT_AUTHENTICATION))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(SELECTS, COMMANDS, st.binary(max_size=40), PROOF), max_size=30))
def test_card_answers_any_bytes_with_a_status_word(commands: list[bytes]) -> None:
    card = VirtualCard(handmade_image(), place="table")
    for command in commands:
        answer = card.transmit(command)
        assert len(answer) >= 2
        assert answer[-2] >> 4 in {0x6, 0x9}
        assert answer[-2:] == b"\x90\x00" or len(answer) == 2
