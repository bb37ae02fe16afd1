import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.card import tlv
from kaijo.errors import CardTrouble, KaijoError

tags = st.sampled_from((0x30, 0x84, 0xFF20, 0xDF21, 0x5F4E, 0x7F21))


@given(st.lists(st.tuples(tags, st.binary(max_size=300)), max_size=5), st.sampled_from((b"", b"\xff" * 7, b"\0\0")))
def test_objects_survive_the_wire_and_filler_is_passed_over(items: list[tuple[int, bytes]], filler: bytes) -> None:
    raw = b"".join(tlv.encode(tag, value) for tag, value in items)
    assert [(item.tag, item.value) for item in tlv.parse(raw + filler)] == items


@given(st.binary(max_size=80))
def test_any_bytes_parse_or_give_a_clear_error(raw: bytes) -> None:
    try:
        list(tlv.parse(raw))
        tlv.parse_simple(raw)
    except KaijoError as error:
        assert error.code == "card.malformed-data"


def test_value_is_found_down_a_path() -> None:
    raw = tlv.encode(0xFF20, tlv.encode(0xDF21, b"one") + tlv.encode(0xDF22, b"two"))
    assert tlv.find(raw, 0xFF20, 0xDF22) == b"two"


@pytest.mark.parametrize("raw", [b"\x30", b"\x30\x85\1", b"\x1f\x81\1\1", b"\x30\x05abcd"])
def test_cut_object_is_refused(raw: bytes) -> None:
    with pytest.raises(CardTrouble) as caught:
        list(tlv.parse(raw))
    assert caught.value.code == "card.malformed-data"


def test_absent_object_is_refused() -> None:
    with pytest.raises(CardTrouble):
        tlv.find(tlv.encode(0x30, b""), 0x31)


@pytest.mark.parametrize(("raw", "value"), [(b"\x01\x02ab", b"ab"), (b"\x01\xff\x00\x03abc\xff", b"abc")])
def test_simple_tlv_in_both_length_forms(raw: bytes, value: bytes) -> None:
    assert tlv.parse_simple(raw) == tlv.Tlv(1, value)
