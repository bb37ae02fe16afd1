from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import CardTrouble
from kaijo.securechannel.handshake import CardHello, Options, SecurityLevel
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.keys import derive_card_keys, derive_session_keys
from kaijo.securechannel.messages import OK, Command, Response

from .meeting import MASTER, S8, S16, Meeting

COMMAND = Command(0x80, 0xAA, 0, 0, b"permission", 256)


def code_of(trouble: pytest.ExceptionInfo[CardTrouble]) -> str:
    return trouble.value.code


@given(st.sampled_from([S8, S16]), st.sampled_from(SecurityLevel), st.lists(st.binary(max_size=300), max_size=5))
def test_host_built_again_from_the_transcript_goes_on(
    options: Options, level: SecurityLevel, payloads: list[bytes]
) -> None:
    meeting = Meeting(options=options, level=level)
    transcript: list[tuple[Command, Response]] = []
    commands = [Command(0x80, 0xAA, 0, 0, payload, 65536) for payload in payloads]
    for done in range(len(commands) + 1):
        host = meeting.new_host()
        sent, received = host.external_authenticate(), Response(b"", OK)
        if not transcript:
            received = meeting.send(sent)
            transcript.append((sent, received))
        assert sent == transcript[0][0]
        host.unwrap(received)
        for command, (stored, answer) in zip(commands[:done], transcript[1:], strict=False):
            assert host.wrap(command) == stored
            assert host.unwrap(answer) == Response(command.data, OK)
        if done < len(commands):
            sent = host.wrap(commands[done])
            transcript.append((sent, meeting.send(sent)))
    assert meeting.executed == commands


def meet(raw: bytes, challenge: bytes) -> HostEnd:
    hello = CardHello.parse(raw)
    keys = derive_session_keys(derive_card_keys(MASTER[:16], hello.card_id), challenge, hello.challenge)
    return HostEnd(keys, challenge, hello, SecurityLevel.C_MAC)


@pytest.mark.parametrize("options", [S8, S16])
def test_hello_with_any_flipped_bit_is_refused_when_keys_follow_the_card_id(options: Options) -> None:
    meeting = Meeting(options=options)
    width = options.width
    for bit in range(8 * (13 + 2 * width)):
        raw = bytearray(meeting.hello.data)
        raw[bit // 8] ^= 1 << bit % 8
        if 80 <= bit < 88 or raw[12] in {options & ~Options.R_MAC, options & ~Options.R_ENC}:
            continue  # the key version is a hint, fewer options only a refusal of the level: no key depends on them
        with pytest.raises(CardTrouble) as trouble:
            meet(bytes(raw), meeting.challenge)
        assert code_of(trouble) in {"channel.bad-cryptogram", "channel.bad-answer"}


def test_level_beyond_the_options_is_refused() -> None:
    with pytest.raises(CardTrouble) as trouble:
        Meeting(options=Options.R_MAC, level=SecurityLevel.C_ENC_R_ENC)
    assert code_of(trouble) == "channel.not-supported"
    assert trouble.value.data == {"level": "33", "options": "20"}


def test_mode_that_does_not_fit_the_challenge_is_refused() -> None:
    with pytest.raises(CardTrouble) as trouble:
        meet(Meeting().hello.data, bytes(16))
    assert code_of(trouble) == "channel.bad-answer"


def test_card_without_the_keys_is_refused() -> None:
    meeting = Meeting()
    hello = CardHello.parse(meeting.hello.data)
    keys = derive_session_keys(derive_card_keys(bytes(16), hello.card_id), meeting.challenge, hello.challenge)
    with pytest.raises(CardTrouble) as trouble:
        HostEnd(keys, meeting.challenge, hello, SecurityLevel.C_MAC)
    assert code_of(trouble) == "channel.bad-cryptogram"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(Response(b"", 0x6300), "channel.refused"), (Response(b"x", OK), "channel.bad-answer")],
)
def test_refused_opening_ends_the_session(answer: Response, code: str) -> None:
    host = Meeting().host
    host.external_authenticate()
    with pytest.raises(CardTrouble) as trouble:
        host.unwrap(answer)
    assert code_of(trouble) == code
    with pytest.raises(CardTrouble) as trouble:
        host.unwrap(Response(b"", OK))
    assert code_of(trouble) == "channel.session-dead"


def test_calls_out_of_step_are_refused_and_change_nothing() -> None:
    meeting = Meeting()
    host = meeting.host

    def refuse(*calls: str) -> None:
        for call in calls:
            argument = {"wrap": (COMMAND,), "unwrap": (Response(b"", OK),), "external_authenticate": ()}[call]
            with pytest.raises(CardTrouble) as trouble:
                getattr(host, call)(*argument)
            assert code_of(trouble) == "channel.out-of-step"

    refuse("wrap", "unwrap")
    opening = host.external_authenticate()
    refuse("wrap", "external_authenticate")
    host.unwrap(meeting.send(opening))
    refuse("unwrap", "external_authenticate")
    sent = host.wrap(COMMAND)
    refuse("wrap", "external_authenticate")
    assert host.unwrap(meeting.send(sent)) == Response(COMMAND.data, OK)


@pytest.mark.parametrize(
    ("command", "code", "data"),
    [
        (replace(COMMAND, cla=0x10), "channel.bad-class", {"cla": "10"}),
        (replace(COMMAND, cla=0x84), "channel.bad-class", {"cla": "84"}),
        (replace(COMMAND, data=bytes(65512)), "channel.too-long", {"length": 65512}),
    ],
)
def test_command_that_cannot_be_protected_is_refused_and_changes_nothing(
    command: Command, code: str, data: dict[str, object]
) -> None:
    meeting = Meeting().open()
    with pytest.raises(CardTrouble) as trouble:
        meeting.host.wrap(command)
    assert (code_of(trouble), trouble.value.data) == (code, data)
    assert meeting.exchange(COMMAND) == Response(COMMAND.data, OK)


def test_longest_command_passes() -> None:
    meeting = Meeting().open()
    command = replace(COMMAND, data=bytes(65511), le=65536)
    assert meeting.exchange(command) == Response(command.data, OK)


def test_error_without_data_passes_and_the_session_goes_on() -> None:
    meeting = Meeting().open()
    meeting.answer = lambda _: Response(b"not for an error", 0x6A80)
    assert meeting.exchange(COMMAND) == Response(b"", 0x6A80)
    meeting.answer = lambda _: Response(b"good", OK)
    assert meeting.exchange(COMMAND) == Response(b"good", OK)


@pytest.mark.parametrize("data", [b"", b"1234567"])
def test_good_response_too_short_for_a_mac_is_refused(data: bytes) -> None:
    meeting = Meeting().open()
    meeting.host.wrap(COMMAND)
    with pytest.raises(CardTrouble) as trouble:
        meeting.host.unwrap(Response(data, OK))
    assert code_of(trouble) == "channel.bad-mac"
