"""What the two ends owe each other: agreement on every message, and refusal of every other one."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import CardTrouble
from kaijo.securechannel.handshake import Options, SecurityLevel
from kaijo.securechannel.messages import OK, Command, Response

from .meeting import S8, S16, Meeting, command_of

SIZES = st.one_of(st.integers(0, 64), st.sampled_from([223, 224, 238, 239, 240, 246, 247, 248, 255, 256, 1000, 65503]))
DATA = st.builds(lambda size, seed: bytes((seed + i) % 256 for i in range(size)), SIZES, st.integers(0, 255))
COMMANDS = st.builds(
    Command,
    cla=st.sampled_from([0x00, 0x80]),
    ins=st.integers(0, 255),
    p1=st.integers(0, 255),
    p2=st.integers(0, 255),
    data=DATA,
    le=st.sampled_from([0, 1, 255, 256, 257, 65536]),
).filter(lambda command: (command.cla, command.ins) != (0x80, 0x82))  # protected, it would be an opening
RESPONSES = st.builds(Response, DATA, st.sampled_from([OK, 0x6283, 0x63C1]))
ERRORS = st.builds(Response, st.just(b""), st.sampled_from([0x6A80, 0x6982, 0x6700]))
MEETINGS = st.builds(
    Meeting,
    key_length=st.sampled_from([16, 24, 32]),
    options=st.sampled_from([S8, S16, S8 & ~Options.PSEUDO_RANDOM, S16 & ~Options.PSEUDO_RANDOM]),
    level=st.sampled_from(SecurityLevel),
)


def answer(response: Response, _: Command) -> Response:
    return response


GRANT = Command(0x80, 0xAA, 0, 0, b"permission for one reset", 256)


@given(MEETINGS, st.lists(st.tuples(COMMANDS, RESPONSES | ERRORS), min_size=1, max_size=5))
def test_ends_agree_on_every_exchange(meeting: Meeting, exchanges: list[tuple[Command, Response]]) -> None:
    meeting.open()
    for command, response in exchanges:
        meeting.answer = partial(answer, response)
        assert meeting.exchange(command) == response
    assert meeting.executed == [command for command, _ in exchanges]


@pytest.mark.parametrize("level", SecurityLevel)
@pytest.mark.parametrize("options", [S8, S16])
@pytest.mark.parametrize("key_length", [16, 24, 32])
def test_level_protects_what_it_says(key_length: int, options: Options, level: SecurityLevel) -> None:
    meeting = Meeting(key_length, options, level).open()
    width = options.width
    sent = meeting.host.wrap(GRANT)
    received = meeting.send(sent)
    padded = len(GRANT.data) // 16 * 16 + 16
    assert len(sent.data) == (padded if level & 0x02 else len(GRANT.data)) + width
    assert (GRANT.data in sent.data) is not bool(level & 0x02)
    assert (GRANT.data in received.data) is not bool(level & 0x20)
    answer_length = padded if level & 0x20 else len(GRANT.data)
    assert len(received.data) == answer_length + (width if level & 0x10 else 0)


@pytest.mark.parametrize("options", [S8, S16])
def test_every_flipped_bit_of_a_command_is_refused(options: Options) -> None:
    def flipped(command: Command, bit: int) -> Command:
        raw = bytearray([command.cla, command.ins, command.p1, command.p2]) + command.data
        raw[bit // 8] ^= 1 << bit % 8
        return command_of(raw, command.le)

    bits = 8 * (4 + 32 + options.width)
    for bit in range(bits):
        meeting = Meeting(options=options).open()
        sent = meeting.host.wrap(GRANT)
        refusal = meeting.send(flipped(sent, bit))
        assert refusal.data == b""
        assert refusal.sw in {0x6982, 0x6985}
        assert meeting.send(sent) == Response(b"", 0x6982)
        assert meeting.executed == []
        assert meeting.card.level is None


@pytest.mark.parametrize("options", [S8, S16])
@pytest.mark.parametrize("level", [level for level in SecurityLevel if level.signs_responses])
def test_every_flipped_bit_of_a_response_is_refused(options: Options, level: SecurityLevel) -> None:
    bits = 0
    while True:
        meeting = Meeting(options=options, level=level).open()
        received = meeting.send(meeting.host.wrap(GRANT))
        raw = bytearray(received.data) + received.sw.to_bytes(2)
        if bits == 8 * len(raw):
            break
        raw[bits // 8] ^= 1 << bits % 8
        with pytest.raises(CardTrouble) as trouble:
            meeting.host.unwrap(Response(bytes(raw[:-2]), int.from_bytes(raw[-2:])))
        assert trouble.value.code in {"channel.bad-mac", "channel.bad-answer"}
        with pytest.raises(CardTrouble) as trouble:
            meeting.host.unwrap(received)
        assert trouble.value.code == "channel.session-dead"
        bits += 1
    assert bits >= 8 * (24 + 8 + 2)


@given(MEETINGS, COMMANDS, st.data())
def test_flipped_bit_of_any_command_is_refused(meeting: Meeting, command: Command, data: st.DataObject) -> None:
    meeting.open()
    sent = meeting.host.wrap(command)
    position = data.draw(st.integers(0, 8 * len(sent.data) - 1))
    altered = bytearray(sent.data)
    altered[position // 8] ^= 1 << position % 8
    assert meeting.send(replace(sent, data=bytes(altered))) == Response(b"", 0x6982)
    assert meeting.send(sent) == Response(b"", 0x6982)
    assert meeting.executed == []


@given(MEETINGS.filter(lambda meeting: meeting.level.signs_responses), RESPONSES, st.data())
def test_flipped_bit_of_any_response_is_refused(meeting: Meeting, response: Response, data: st.DataObject) -> None:
    meeting.open()
    meeting.answer = lambda _: response
    received = meeting.send(meeting.host.wrap(GRANT))
    position = data.draw(st.integers(0, 8 * len(received.data) - 1))
    altered = bytearray(received.data)
    altered[position // 8] ^= 1 << position % 8
    with pytest.raises(CardTrouble) as trouble:
        meeting.host.unwrap(replace(received, data=bytes(altered)))
    assert trouble.value.code == "channel.bad-mac"
    with pytest.raises(CardTrouble) as trouble:
        meeting.host.wrap(GRANT)
    assert trouble.value.code == "channel.session-dead"


@pytest.mark.parametrize("cut", range(40))
def test_shortened_command_is_refused(cut: int) -> None:
    meeting = Meeting().open()
    sent = meeting.host.wrap(GRANT)
    assert meeting.send(replace(sent, data=sent.data[:cut])) == Response(b"", 0x6982)
    assert meeting.executed == []


@pytest.mark.parametrize("level", SecurityLevel)
def test_replayed_command_is_refused_and_ends_the_session(level: SecurityLevel) -> None:
    meeting = Meeting(level=level).open()
    first = meeting.host.wrap(GRANT)
    meeting.host.unwrap(meeting.send(first))
    second = meeting.host.wrap(GRANT)
    assert meeting.send(first) == Response(b"", 0x6982)
    assert meeting.send(second) == Response(b"", 0x6982)
    assert meeting.executed == [GRANT]


@pytest.mark.parametrize("level", SecurityLevel)
def test_reordered_commands_are_refused(level: SecurityLevel) -> None:
    meeting = Meeting(level=level).open()
    ahead = meeting.new_host()
    ahead.external_authenticate()
    ahead.unwrap(Response(b"", OK))
    ahead.wrap(GRANT)
    ahead.unwrap(Response(b"", 0x6A80))
    assert meeting.send(ahead.wrap(GRANT)) == Response(b"", 0x6982)
    assert meeting.send(meeting.host.wrap(GRANT)) == Response(b"", 0x6982)
    assert meeting.executed == []


def test_replayed_response_is_refused() -> None:
    meeting = Meeting().open()
    first = meeting.send(meeting.host.wrap(GRANT))
    meeting.host.unwrap(first)
    meeting.host.wrap(GRANT)
    with pytest.raises(CardTrouble) as trouble:
        meeting.host.unwrap(first)
    assert trouble.value.code == "channel.bad-mac"


def test_command_of_another_session_is_refused() -> None:
    other = Meeting(options=S16).open()
    meeting = Meeting(key_length=32, options=S16).open()
    assert meeting.send(other.host.wrap(GRANT)) == Response(b"", 0x6982)


def sign(meeting: Meeting, command: Command) -> Command:
    """Return `command` with a good MAC whatever it holds, as a host with the keys and a fault would send it."""
    channel = meeting.host._channel
    return replace(command, data=command.data + channel._command_mac(command))


@pytest.mark.parametrize("data", [b"\x00" * 15, b"\x00" * 16, b"\x80" * 17])
def test_signed_command_that_is_not_encrypted_is_refused(data: bytes) -> None:
    meeting = Meeting().open()
    assert meeting.send(sign(meeting, replace(GRANT, cla=0x84, data=data))) == Response(b"", 0x6988)
    assert (meeting.executed, meeting.card.level) == ([], None)


def test_signed_command_with_a_byte_after_the_encrypted_blocks_is_refused() -> None:
    meeting, twin = Meeting().open(), Meeting().open()
    data = twin.host.wrap(GRANT).data[:-8]
    assert meeting.send(sign(meeting, replace(GRANT, cla=0x84, data=data + b"\x00"))) == Response(b"", 0x6988)
    assert (meeting.executed, meeting.card.level) == ([], None)


@pytest.mark.parametrize("cla", [0x00, 0x0C, 0x80, 0x85, 0x94])
def test_signed_command_of_another_class_is_refused(cla: int) -> None:
    meeting = Meeting(level=SecurityLevel.C_MAC).open()
    assert meeting.send(sign(meeting, replace(GRANT, cla=cla))) == Response(b"", 0x6982)
    assert (meeting.executed, meeting.card.level) == ([], None)
