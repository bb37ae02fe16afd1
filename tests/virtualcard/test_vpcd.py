"""The vpcd client, against a socket of the test that plays vpcd byte by byte."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import CardTrouble, UsageProblem
from kaijo.virtualcard import vpcd
from kaijo.virtualcard.vpcd import Insertion, insert, parse_address
from tests.support.echo import ATR, EchoCard

ON, OFF, RESET, ASK_ATR = b"\x01", b"\x00", b"\x02", b"\x04"
LONG = 60.0  # seconds: a busy machine does within them what is to be done


class Reader:
    """vpcd's end of the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(LONG)

    def send(self, payload: bytes) -> None:
        self.connection.sendall(len(payload).to_bytes(2) + payload)

    def receive(self) -> bytes:
        return self._take(int.from_bytes(self._take(2)))

    def ask(self, payload: bytes) -> bytes:
        self.send(payload)
        return self.receive()

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            chunk = self.connection.recv(size - len(taken))
            assert chunk
            taken += chunk
        return taken


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "_PATIENCE", LONG)
    monkeypatch.setattr(vpcd, "_TO_POWER", LONG)


@pytest.fixture
def card() -> EchoCard:
    return EchoCard()


@pytest.fixture
def ends() -> Iterator[tuple[Reader, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        with theirs, ours:
            yield Reader(theirs), ours


@pytest.fixture
def meeting(card: EchoCard, ends: tuple[Reader, socket.socket]) -> Iterator[tuple[Reader, Insertion]]:
    reader, ours = ends
    with Insertion(card, ours) as insertion:
        yield reader, insertion


def test_atr_is_told_when_asked(meeting: tuple[Reader, Insertion]) -> None:
    reader, insertion = meeting
    assert (reader.ask(ASK_ATR), insertion.apdus) == (ATR, 0)


def test_controls_reach_the_card_in_order_and_are_not_answered(
    card: EchoCard, meeting: tuple[Reader, Insertion]
) -> None:
    reader, _ = meeting
    for control in (ON, RESET, OFF, ON):
        reader.send(control)
    assert reader.ask(ASK_ATR) == ATR
    assert card.seen == ["on", "reset", "off", "on"]


def test_command_is_answered_and_counted(card: EchoCard, meeting: tuple[Reader, Insertion]) -> None:
    reader, insertion = meeting
    reader.send(ON)
    assert reader.ask(bytes.fromhex("00A4020C020018")) == bytes.fromhex("00189000")
    assert (card.seen, insertion.apdus) == (["on", "00A4020C020018"], 1)


def test_command_without_power_gives_power_first(card: EchoCard, meeting: tuple[Reader, Insertion]) -> None:
    reader, _ = meeting
    reader.send(ON)
    reader.send(OFF)
    reader.ask(bytes(4))
    assert card.seen == ["on", "off", "on", "00000000"]


@pytest.mark.parametrize("payload", [b"", b"\x03", b"\x05", b"\xff"])
def test_unknown_control_is_passed_over(card: EchoCard, meeting: tuple[Reader, Insertion], payload: bytes) -> None:
    reader, insertion = meeting
    reader.send(payload)
    assert reader.ask(ASK_ATR) == ATR
    assert (card.seen, insertion.removed.is_set()) == ([], False)


def test_frames_cut_anywhere_are_joined(card: EchoCard, meeting: tuple[Reader, Insertion]) -> None:
    reader, _ = meeting
    stream = b"\x00\x01\x01" + b"\x00\x05\x00\xb0\x00\x00\x10" + b"\x00\x01\x04"
    for byte in stream:
        reader.connection.sendall(bytes((byte,)))
    assert (reader.receive(), reader.receive()) == (b"\x90\x00", ATR)
    assert card.seen == ["on", "00B0000010"]


@pytest.mark.parametrize(("size", "expected"), [(65_533, 65_535), (65_534, 2)])
def test_longest_answer_fits_one_frame_and_a_longer_one_is_wrong_length(
    ends: tuple[Reader, socket.socket], size: int, expected: int
) -> None:
    class Wide(EchoCard):
        def transmit(self, command: bytes) -> bytes:
            return super().transmit(command) + bytes(size - 2) + b"\x90\x00"

    reader, ours = ends
    with Insertion(Wide(), ours):
        answer = reader.ask(bytes(5))
    assert (len(answer), answer[-2:]) == (expected, b"\x90\x00" if expected > 2 else b"\x67\x00")


def test_removal_takes_power_from_the_card_and_is_no_error(card: EchoCard, meeting: tuple[Reader, Insertion]) -> None:
    reader, insertion = meeting
    reader.send(ON)
    reader.ask(ASK_ATR)
    insertion.remove()
    insertion.remove()
    assert (insertion.removed.is_set(), insertion.error, card.seen) == (True, None, ["on", "off"])
    assert reader.connection.recv(1) == b""


def test_reader_that_goes_away_leaves_vpcd_lost(card: EchoCard, meeting: tuple[Reader, Insertion]) -> None:
    reader, insertion = meeting
    reader.ask(ASK_ATR)
    reader.connection.close()
    assert insertion.removed.wait(LONG)
    assert insertion.error is not None
    assert (insertion.error.code, card.seen) == ("vpcd.lost", ["off"])


def test_card_that_leaves_by_itself_closes_the_slot_and_says_why(ends: tuple[Reader, socket.socket]) -> None:
    def leave(_command: bytes) -> None:
        raise CardTrouble("card.removed")

    reader, ours = ends
    with Insertion(EchoCard(leave), ours) as insertion:
        reader.send(bytes(4))
        assert insertion.removed.wait(LONG)
        assert reader.connection.recv(1) == b""
        assert insertion.error is not None
        assert insertion.error.code == "card.removed"


def test_card_may_remove_itself_from_inside_a_command(ends: tuple[Reader, socket.socket]) -> None:
    reader, ours = ends
    insertion = Insertion(EchoCard(lambda _command: insertion.remove()), ours)
    reader.send(bytes(4))
    assert insertion.removed.wait(LONG)
    assert insertion.error is None


def test_insert_returns_once_the_service_gives_power(card: EchoCard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()

        def notice() -> None:
            connection, _ = server.accept()
            Reader(connection).ask(ASK_ATR)
            Reader(connection).send(ON)
            taken.append(connection)

        taken: list[socket.socket] = []
        thread = Thread(target=notice)
        thread.start()
        with insert(card, host, port) as insertion:
            thread.join()
            assert (card.seen, insertion.removed.is_set()) == (["on"], False)
        taken[0].close()


def test_card_that_is_asked_but_never_powered_is_seated_again(card: EchoCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "_TO_POWER", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()

        def overlook_the_first() -> None:
            first, _ = server.accept()
            Reader(first).ask(ASK_ATR)
            second, _ = server.accept()
            monkeypatch.setattr(vpcd, "_TO_POWER", LONG)  # read once the card was asked
            Reader(second).ask(ASK_ATR)
            Reader(second).send(ON)
            taken.extend((first, second))

        taken: list[socket.socket] = []
        thread = Thread(target=overlook_the_first)
        thread.start()
        with insert(card, host, port):
            thread.join()
            assert (taken[0].recv(1), card.seen) == (b"", ["off", "on"])
        for connection in taken:
            connection.close()


def test_insert_where_nobody_listens_is_unreachable(card: EchoCard) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host, port = taken.getsockname()
        with pytest.raises(CardTrouble) as refused:
            insert(card, host, port)
    assert refused.value.diagnostics() == {"code": "vpcd.unreachable", "data": {"address": f"{host}:{port}"}}


@pytest.mark.parametrize("host", ["a" * 70, "a..b"])
def test_insert_at_an_impossible_host_is_unreachable(card: EchoCard, host: str) -> None:
    with pytest.raises(CardTrouble) as refused:
        insert(card, host, 35963)
    assert refused.value.code == "vpcd.unreachable"


def test_insert_into_a_slot_that_closes_at_once_is_taken(card: EchoCard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()

        def close_at_once() -> None:
            connection, _ = server.accept()
            connection.close()

        thread = Thread(target=close_at_once)
        thread.start()
        with pytest.raises(CardTrouble) as refused:
            insert(card, host, port)
        thread.join()
    assert refused.value.code == "vpcd.slot-taken"


def test_insert_into_a_slot_that_never_asks_is_taken(card: EchoCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "_PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(CardTrouble) as refused:
        insert(card, *server.getsockname())
    assert refused.value.code == "vpcd.slot-taken"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:35963", ("127.0.0.1", 35963)),
        ("localhost:1", ("localhost", 1)),
        ("my-pc.local:65535", ("my-pc.local", 65535)),
        ("h:00080", ("h", 80)),
    ],
)
def test_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "35963", "localhost", "localhost:", ":35963", "h:0", "h:65536", "h:-1", "h:+1", "h: 1", "h:1 "),
        *("h:1.0", "h:0x10", "h:１２", "h:²", "ホスト:1", "a b:1", "a\n:1", "tcp://h:1", "h:1:2", "[::1]:1", "u@h:1"),
        *("h:000080", "h:35963\n", "h:" + "9" * 5000, "\x00:1"),
    ],
)
def test_odd_address_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        parse_address(text)
    assert refused.value.diagnostics() == {"code": "vpcd.address", "data": {"text": text}}


@given(text=st.text(max_size=40) | st.from_regex(r"[a-z0-9.:-]{0,20}:[0-9]{0,7}", fullmatch=True))
def test_any_text_is_an_address_that_reads_back_or_refused(text: str) -> None:
    outcome: object
    try:
        host, port = outcome = parse_address(text)
    except UsageProblem as refused:
        assert refused.code == "vpcd.address"
    else:
        assert parse_address(f"{host}:{port}") == outcome
