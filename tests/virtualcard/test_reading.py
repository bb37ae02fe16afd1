import pytest

from kaijo.virtualcard.card import VirtualCard

from .handmade import (
    ATTRIBUTES,
    COMMON,
    FILLED,
    JPKI,
    MANAGER,
    RECORDS,
    RESIDENT,
    RIGHT_RESIDENT,
    RIGHT_SIGNATURE,
    say,
    talk,
)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param(JPKI, "9000", id="whole name"),
        pytest.param("00A404000AD392F00026010000000100", "6F0C840AD392F0002601000000019000", id="with answer"),
        pytest.param("00A404000AD392F000260100000001", "9000", id="answer not asked for"),
        pytest.param("00A4040004A000000000", "6A82", id="unknown"),
        pytest.param("00A4040001D300", "6F0C840AD392F0002601000000019000", id="prefix"),
        pytest.param("00A4040002D39200", "6F0C840AD392F0002601000000019000", id="first of many"),
        pytest.param("00A4040002A00000", "6F098407A00000015100009000", id="manager by prefix"),
        pytest.param("00A4040C", "6700", id="no name"),
        pytest.param("00A4040C11" + "D3" * 17, "6700", id="name too long"),
        pytest.param("00A4040801D3", "6A86", id="other answer"),
        pytest.param("00A4000C023F00", "6A82", id="master file"),
        pytest.param("00A4000000", "6A86", id="nothing after reset"),
        pytest.param("00A40000", "6A86", id="nothing after reset, no Le"),
        pytest.param("00A4030C00", "6A86", id="other P1"),
        pytest.param("00A4020C022F10", "6A82", id="file below the manager"),
    ],
)
def test_select_answers_as_published(card: VirtualCard, command: str, answer: str) -> None:
    assert say(card, command) == answer


def test_select_nothing_inside_an_application_does_nothing(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00A4020C020006", "00A40000", "00B0000004") == ["9000", "9000", "9000", "4A504B499000"]


def test_select_next_walks_all_that_match_the_prefix(card: VirtualCard) -> None:
    first = "00A4040005D39210003100"
    names = [say(card, first)] + [say(card, "00A4040205D39210003100") for _ in range(4)]
    assert [name[8:-4] for name in names] == [
        "D3921000310001010402",
        "D3921000310001010408",
        "D3921000310001010401",
        "D3921000310001010100",
        "",
    ]
    assert names[-1] == "6A82"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00A4020C02000A", "9000"),
        ("00A4020C020018", "9000"),
        ("00A4020C020017", "9000"),
        ("00A4020C02001F", "6A82"),
        ("00A4020C02010A", "6A82"),
        ("00A4090C02000A", "6A86"),
        ("00A4020002000A", "6A86"),
        ("00A4020C010A", "6700"),
    ],
)
def test_select_file_works_in_its_one_form(card: VirtualCard, command: str, status: str) -> None:
    assert talk(card, JPKI, command)[1] == status


def test_select_file_not_found_keeps_the_current_one(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00A4020C020006", "00A4020C02001F", "00B0000001")[2:] == ["6A82", "4A9000"]


def test_read_binary_steps_through_the_whole_file(card: VirtualCard) -> None:
    answers = talk(card, JPKI, "00A4020C02000A", "00B0000000", "00B0010000", "00B0020000", "00B0025800")
    assert bytes.fromhex("".join(answer[:-4] for answer in answers[2:5])) == FILLED
    assert [answer[-4:] for answer in answers] == ["9000"] * 5 + ["6B00"]


def test_read_binary_header_is_exactly_four_bytes(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00A4020C02000A", "00B0000004")[1:] == ["9000", "308202009000"]


def test_read_binary_by_short_id_makes_the_file_current(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00B08A0004", "00B0000104") == ["9000", "308202009000", "820200009000"]


def test_read_binary_extended_returns_the_rest_with_filler(card: VirtualCard) -> None:
    answers = talk(card, JPKI, "00B08A00000800", "00B00204000000", "00B08AFF000000")
    assert answers[1] == FILLED.hex().upper() + "9000"
    assert answers[2] == "FF" * 84 + "9000"
    assert answers[3] == FILLED[0xFF:].hex().upper() + "9000"


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (["00B0000000"], "6986"),
        (["00B08F0000"], "6A82"),
        (["00B0800000"], "6A86"),
        (["00B0AA0000"], "6A86"),
        (["00B0980000"], "6981"),
        (["00B0970000"], "6981"),
        (["00B0810000"], "6982"),
        (["00B0890000"], "6982"),
        (["00B0880300"], "6B00"),
        (["00B08800"], "6700"),
        (["00B0880001AA00"], "6700"),
        (["00A4020C020018", "00B0000000"], "6981"),
    ],
)
def test_read_binary_refuses_as_published(card: VirtualCard, commands: list[str], status: str) -> None:
    assert talk(card, JPKI, *commands)[-1] == status


def test_read_binary_of_the_signature_certificate_needs_its_pin(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00B0810004", RIGHT_SIGNATURE, "00B0810004")[1:] == ["6982", "9000", "308202009000"]


def test_read_binary_is_opened_by_any_of_several_pins(card: VirtualCard) -> None:
    code_a = "002000940C313233343536373839303138"
    assert talk(card, ATTRIBUTES, code_a, "00B0810000", "00B0820000")[1:] == ["9000", "464631309000", "6982"]


def test_read_binary_of_a_record_file_is_a_wrong_structure(card: VirtualCard) -> None:
    assert talk(card, COMMON, "00B0810000")[1] == "6981"


FIRST, SECOND = (record.hex().upper() for record in RECORDS)


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (["00A4020C020002", "00B2010400"], FIRST + "9000"),
        (["00A4020C020002", "00B2020400"], SECOND + "9000"),
        (["00A4020C020002", "00B2010500"], FIRST + SECOND + "9000"),
        (["00A4020C020002", "00B2020500"], SECOND + "9000"),
        (["00B2011400"], FIRST + "9000"),
        (["00B2021400", "00B2010400"], FIRST + "9000"),
        (["00B2011402"], "01109000"),
        (["00B2031400"], "6A83"),
        (["00B2001400"], "6A83"),
        (["00B2010C00"], "6A82"),
        (["00B2010400"], "6986"),
        (["00B2010600"], "6A86"),
        (["00B20114"], "6700"),
        (["00B201E400"], "6981"),
    ],
)
def test_read_record_answers_as_published(card: VirtualCard, commands: list[str], answer: str) -> None:
    assert talk(card, RESIDENT, *commands)[-1] == answer


def test_read_record_of_a_protected_file_needs_its_pin(card: VirtualCard) -> None:
    assert talk(card, RESIDENT, "00B2011C00", RIGHT_RESIDENT, "00B2011C00")[1:] == ["6982", "9000", FIRST + "9000"]


def test_read_record_of_the_serial_works_in_the_form_of_myna(card: VirtualCard) -> None:
    assert talk(card, COMMON, "00B2010C00")[1] == "011C" + "39" * 28 + "9000"


def test_read_record_of_a_transparent_file_is_a_wrong_structure(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00B2015400")[1] == "6981"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00CA00F200", "32303335303231379000"),
        ("00CA00F000", "31333232319000"),
        ("00CA00F004", "6700"),
        ("00CA00F800", "6700"),
        ("00CA00F8000000", "43" * 558 + "9000"),
        ("00CA7F2100", "6A88"),
        ("00CADF3005", "6A88"),
        ("00CA00F2", "6700"),
        ("00CB3FFF035C017E08", "6D00"),
    ],
)
def test_get_data_answers_at_the_card_manager(card: VirtualCard, command: str, answer: str) -> None:
    assert say(card, command) == answer


def test_get_data_is_not_found_inside_an_application(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00CA00F200", MANAGER, "00CA00F200")[1::2] == ["6A88", "32303335303231379000"]


@pytest.mark.parametrize("selected", [MANAGER, JPKI])
def test_get_challenge_gives_up_to_256_fresh_bytes(card: VirtualCard, selected: str) -> None:
    answers = talk(card, selected, "0084000008", "0084000000", "0084000000")
    assert [len(answer) // 2 - 2 for answer in answers[1:]] == [8, 256, 256]
    assert answers[2] != answers[3]


@pytest.mark.parametrize(
    ("command", "status"),
    [("00840000000101", "6985"), ("00840000", "6700"), ("0084010008", "6A86"), ("0084000001AA08", "6700")],
)
def test_get_challenge_refuses_other_forms(card: VirtualCard, command: str, status: str) -> None:
    assert say(card, command) == status


def test_phone_indicator_is_unknown_to_a_plastic_card(card: VirtualCard) -> None:
    assert talk(card, JPKI, "80FC0000")[1] == "6700"
