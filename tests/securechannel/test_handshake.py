import pytest

from kaijo.errors import CardTrouble
from kaijo.securechannel.handshake import (
    CardHello,
    Options,
    SecurityLevel,
    initialize_update,
    pseudo_random_challenge,
)
from kaijo.securechannel.messages import Command

from .meeting import VECTORS, static_keys

JCOP4 = bytes.fromhex("00003244342976208448010370734ECDCA19E446A30BC253BCE97DB991000436")


def test_card_hello_parse_reads_a_real_card() -> None:
    hello = CardHello.parse(JCOP4)
    assert hello == CardHello(
        card_id=bytes.fromhex("00003244342976208448"),
        key_version=1,
        options=Options.PSEUDO_RANDOM | Options.R_MAC | Options.R_ENC,
        challenge=bytes.fromhex("734ECDCA19E446A3"),
        cryptogram=bytes.fromhex("0BC253BCE97DB991"),
        counter=bytes.fromhex("000436"),
    )


@pytest.mark.parametrize("options", range(256))
def test_card_hello_parse_knows_the_length_of_every_option(options: int) -> None:
    width = 16 if options & 0x01 else 8
    known = options & ~0x71 == 0
    length = 13 + 2 * width + (3 if options & 0x10 else 0)
    for size in range(60):
        raw = (bytes(11) + bytes([3, options]) + bytes(60))[:size]
        if known and size == length:
            assert CardHello.parse(raw).to_bytes() == raw
        else:
            with pytest.raises(CardTrouble) as trouble:
                CardHello.parse(raw)
            assert trouble.value.code == "channel.bad-answer"


@pytest.mark.parametrize("protocol", [0x01, 0x02, 0x11])
def test_card_hello_parse_refuses_another_protocol(protocol: int) -> None:
    with pytest.raises(CardTrouble) as trouble:
        CardHello.parse(JCOP4[:11] + bytes([protocol]) + JCOP4[12:])
    assert trouble.value.code == "channel.bad-answer"


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        (Options(0), {0x01, 0x03}),
        (Options.R_MAC, {0x01, 0x03, 0x11, 0x13}),
        (Options.R_MAC | Options.R_ENC | Options.S16, {0x01, 0x03, 0x11, 0x13, 0x33}),
    ],
)
def test_options_support_exactly_their_levels(options: Options, levels: set[int]) -> None:
    assert {level for level in SecurityLevel if options.supports(level)} == levels


def test_initialize_update_asks_for_every_byte() -> None:
    assert initialize_update(b"challeng", 0x30) == Command(0x80, 0x50, 0x30, 0, b"challeng", 256)


@pytest.mark.parametrize("session", [s for s in VECTORS["session"] if "aid" in s], ids=lambda s: s["name"])
def test_pseudo_random_challenge_is_what_a_real_card_sent(session: dict[str, str]) -> None:
    hello = CardHello.parse(bytes.fromhex(session["hello"]))
    enc = static_keys(session["keys"]).enc
    assert pseudo_random_challenge(enc, hello.counter, bytes.fromhex(session["aid"]), 8) == hello.challenge
