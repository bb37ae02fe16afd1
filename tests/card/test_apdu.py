import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.card.apdu import Command, Response
from kaijo.errors import CardTrouble, KaijoError

octets = st.integers(0, 255)
commands = st.builds(
    Command,
    octets,
    octets,
    octets,
    octets,
    st.binary(max_size=70) | st.binary(min_size=250, max_size=270),
    st.sampled_from((0, 1, 4, 255, 256, 257, 2048, 65_535, 65_536)),
)


@given(commands)
def test_command_survives_the_wire(command: Command) -> None:
    assert Command.decode(command.encode()) == command


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (Command(0, 0x20, 0, 0x80), "00200080"),
        (Command(0, 0xB0, 0, 0, le=256), "00B0000000"),
        (Command(0, 0xA4, 4, 12, b"\x01"), "00A4040C0101"),
        (Command(0x80, 0x2A, 0, 0x97, b"\x30", 256), "802A0097013000"),
        (Command(0, 0xB0, 0, 0, le=2048), "00B00000000800"),
        (Command(0, 0xB0, 0, 0, le=65_536), "00B00000000000"),
    ],
)
def test_command_is_spelled_in_the_shortest_form(command: Command, wire: str) -> None:
    assert command.encode().hex().upper() == wire


@given(st.binary(max_size=600))
def test_any_bytes_are_a_command_or_a_clear_error(raw: bytes) -> None:
    try:
        command = Command.decode(raw)
    except KaijoError as error:
        assert error.code == "card.malformed-command"
    else:
        assert Command.decode(command.encode()) == command


def test_command_too_long_is_refused() -> None:
    with pytest.raises(CardTrouble) as caught:
        Command(0, 0xD6, 0, 0, bytes(65_536)).encode()
    assert caught.value.code == "card.command-too-long"


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_answer_below_two_bytes_is_refused(raw: bytes) -> None:
    with pytest.raises(CardTrouble) as caught:
        Response.decode(raw)
    assert caught.value.code == "card.malformed-answer"


def test_secret_stays_out_of_repr() -> None:
    shown = repr(Command(0, 0x20, 0, 0x98, b"7391")) + repr(Response(b"7391", 0x9000))
    assert "7391" not in shown


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_response_survives_the_wire(data: bytes, sw: int) -> None:
    assert Response.decode(Response(data, sw).encode()) == Response(data, sw)
