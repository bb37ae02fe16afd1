from dataclasses import replace

import pytest

from kaijo.securechannel.card import CardEnd, SecurityDomain
from kaijo.securechannel.handshake import CardHello, Options, SecurityLevel, initialize_update
from kaijo.securechannel.messages import OK, Command, Response

from .meeting import AID, CARD_ID, S8, S16, Meeting, command_of

PLAIN = Command(0x80, 0xAC, 0, 0, le=256)


def refusal(sw: int) -> Response:
    return Response(b"", sw)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (initialize_update(bytes(8), 1), OK),
        (initialize_update(bytes(8), 2), 0x6A88),
        (initialize_update(bytes(16)), 0x6700),
        (initialize_update(b""), 0x6700),
        (replace(initialize_update(bytes(8)), p2=1), 0x6A86),
    ],
)
def test_initialize_update_answers_by_its_parameters(command: Command, sw: int) -> None:
    meeting = Meeting()
    answer = meeting.send(command)
    assert answer.sw == sw
    assert bool(answer.data) is (sw == OK)


def test_random_challenge_comes_from_the_caller() -> None:
    hello = CardHello.parse(Meeting(options=S16 & ~Options.PSEUDO_RANDOM).hello.data)
    assert (hello.challenge, hello.counter) == (b"\x5c" * 16, b"")


def test_pseudo_random_challenges_never_repeat_and_end() -> None:
    keys = Meeting().keys
    counters = iter([1, 2, 0xFFFFFF, 0x1000000])
    domain = SecurityDomain(keys, 1, CARD_ID, S8, AID)
    card = CardEnd(domain, random=bytes, next_counter=lambda: next(counters))
    command = initialize_update(bytes(8))
    hellos = [CardHello.parse(card.process(command, lambda _: refusal(0x6F00)).data) for _ in range(3)]
    assert [hello.counter.hex() for hello in hellos] == ["000001", "000002", "ffffff"]
    assert len({hello.challenge for hello in hellos}) == 3
    assert card.process(command, lambda _: refusal(0x6F00)) == refusal(0x6985)


@pytest.mark.parametrize("options", [S8, S16])
def test_opening_with_any_flipped_bit_is_refused(options: Options) -> None:
    bits = 8 * (3 + 2 * options.width)
    for bit in range(bits):
        meeting = Meeting(options=options)
        sent = meeting.host.external_authenticate()
        raw = bytearray([sent.cla, sent.ins, sent.p1, sent.p2]) + sent.data
        raw[1 + bit // 8] ^= 1 << bit % 8
        assert meeting.send(command_of(raw)) == refusal(0x6982)
        assert meeting.send(sent) == refusal(0x6985)
        assert meeting.card.level is None
        assert meeting.executed == []


def test_wrong_host_cryptogram_under_a_good_mac_is_refused() -> None:
    meeting = Meeting()
    meeting.host._cryptogram = bytes(8)
    sent = meeting.host.external_authenticate()
    assert meeting.send(sent) == refusal(0x6300)
    assert meeting.send(sent) == refusal(0x6985)


@pytest.mark.parametrize("level", [0x00, 0x02, 0x10, 0x31, 0x33, 0x80])
def test_level_the_card_does_not_have_is_refused(level: int) -> None:
    meeting = Meeting(options=Options.R_MAC, level=SecurityLevel.C_MAC)
    object.__setattr__(meeting.host, "_level", level)
    assert meeting.send(meeting.host.external_authenticate()) == refusal(0x6A86)
    assert meeting.card.level is None


def test_opening_with_another_p2_is_refused() -> None:
    meeting = Meeting()
    sent = Command(0x80, 0x82, 0x33, 1, meeting.host._cryptogram)
    assert meeting.send(meeting.host._channel.protect_command(sent)) == refusal(0x6A86)
    assert meeting.card.level is None


def test_opening_of_wrong_length_is_refused() -> None:
    meeting = Meeting()
    sent = meeting.host.external_authenticate()
    assert meeting.send(replace(sent, data=sent.data + b"\0")) == refusal(0x6700)
    assert meeting.send(sent) == refusal(0x6985)


def test_opening_must_follow_initialize_update_at_once() -> None:
    meeting = Meeting()
    sent = meeting.host.external_authenticate()
    assert meeting.send(PLAIN) == Response(b"", OK)
    assert meeting.send(sent) == refusal(0x6985)
    assert meeting.card.level is None


@pytest.mark.parametrize("level", SecurityLevel)
def test_level_is_that_of_the_open_session(level: SecurityLevel) -> None:
    meeting = Meeting(level=level)
    assert meeting.card.level is None
    assert meeting.open().card.level is level
    meeting.card.end()
    assert meeting.card.level is None


def test_plain_command_in_an_open_session_ends_it() -> None:
    meeting = Meeting().open()
    sent = meeting.host.wrap(PLAIN)
    assert meeting.send(PLAIN) == refusal(0x6982)
    assert meeting.send(sent) == refusal(0x6982)
    assert meeting.send(PLAIN) == refusal(0x6982)
    assert meeting.executed == []


def test_second_opening_in_an_open_session_ends_it() -> None:
    meeting = Meeting()
    sent = meeting.host.external_authenticate()
    assert meeting.send(sent) == Response(b"", OK)
    assert meeting.send(sent) == refusal(0x6985)
    assert meeting.card.level is None


def test_without_session_plain_commands_pass_and_protected_ones_do_not() -> None:
    meeting = Meeting().open()
    sent = meeting.host.wrap(PLAIN)
    meeting.card.end()
    assert meeting.send(PLAIN) == Response(b"", OK)
    assert meeting.send(sent) == refusal(0x6982)
    assert meeting.executed == [PLAIN]


def test_refused_initialize_update_ends_the_session() -> None:
    meeting = Meeting().open()
    assert meeting.send(initialize_update(b"")) == refusal(0x6700)
    assert meeting.card.level is None


def test_initialize_update_ends_the_session_and_begins_another() -> None:
    meeting = Meeting(options=S8 & ~Options.PSEUDO_RANDOM).open()
    old = meeting.host.wrap(PLAIN)
    meeting.challenge = bytes(8)
    meeting.hello = meeting.send(initialize_update(meeting.challenge))
    assert meeting.send(old) == refusal(0x6982)
    meeting.hello = meeting.send(initialize_update(meeting.challenge))
    meeting.host = meeting.new_host()
    assert meeting.open().exchange(PLAIN) == Response(b"", OK)
