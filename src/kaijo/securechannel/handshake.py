"""The opening of a channel: security levels, the card's options, challenges and cryptograms."""

from dataclasses import dataclass, field
from enum import STRICT, IntEnum, IntFlag
from typing import Final, Self

from kaijo.errors import CardTrouble
from kaijo.securechannel.keys import CARD_CHALLENGE, CARD_CRYPTOGRAM, HOST_CRYPTOGRAM, derive
from kaijo.securechannel.messages import Command

INITIALIZE_UPDATE: Final = (0x80, 0x50)
EXTERNAL_AUTHENTICATE: Final = (0x84, 0x82)
PROTOCOL: Final = 0x03
ID_LENGTH: Final = 10
COUNTER_LENGTH: Final = 3
_FIXED_LENGTH: Final = ID_LENGTH + 3
_LE: Final = 256


class SecurityLevel(IntEnum):
    """What protects the messages after the opening [GPC Amendment D 7.1.2.1]."""

    C_MAC = 0x01
    C_ENC = 0x03
    C_MAC_R_MAC = 0x11
    C_ENC_R_MAC = 0x13
    C_ENC_R_ENC = 0x33

    @property
    def encrypts_commands(self) -> bool:
        """Whether command data is encrypted."""
        return bool(self & 0x02)

    @property
    def signs_responses(self) -> bool:
        """Whether responses other than errors carry a MAC."""
        return bool(self & 0x10)

    @property
    def encrypts_responses(self) -> bool:
        """Whether response data is encrypted."""
        return bool(self & 0x20)


class Options(IntFlag, boundary=STRICT):
    """What a card supports: the i parameter [GPC Amendment D 5.1]."""

    S16 = 0x01
    PSEUDO_RANDOM = 0x10
    R_MAC = 0x20
    R_ENC = 0x40

    @property
    def width(self) -> int:
        """Length in bytes of every challenge, cryptogram and MAC: 16 in S16 mode, else 8."""
        return 16 if Options.S16 in self else 8

    def supports(self, level: SecurityLevel) -> bool:
        """Whether the card can keep `level`."""
        needed = Options.R_MAC if level.signs_responses else Options(0)
        if level.encrypts_responses:
            needed |= Options.R_ENC
        return needed in self


@dataclass(frozen=True)
class CardHello:
    """The card's answer to INITIALIZE UPDATE [GPC Amendment D 7.1.1.6].

    `card_id` is the key diversification data, 10 bytes. `counter` is 3 bytes when the card's challenge is
    pseudo-random, else empty. Only challenge and cryptogram are authenticated by the answer itself.
    """

    card_id: bytes
    key_version: int
    options: Options
    challenge: bytes
    cryptogram: bytes = field(repr=False)
    counter: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the response data; raises `channel.bad-answer` for any other protocol, option or length."""
        if len(data) < _FIXED_LENGTH or data[ID_LENGTH + 1] != PROTOCOL:
            raise CardTrouble("channel.bad-answer", length=len(data))
        try:
            options = Options(data[ID_LENGTH + 2])
        except ValueError as error:
            raise CardTrouble("channel.bad-answer") from error
        width = options.width
        counter_length = COUNTER_LENGTH if Options.PSEUDO_RANDOM in options else 0
        if len(data) != _FIXED_LENGTH + 2 * width + counter_length:
            raise CardTrouble("channel.bad-answer", length=len(data))
        rest = data[_FIXED_LENGTH:]
        return cls(
            card_id=data[:ID_LENGTH],
            key_version=data[ID_LENGTH],
            options=options,
            challenge=rest[:width],
            cryptogram=rest[width : 2 * width],
            counter=rest[2 * width :],
        )

    def to_bytes(self) -> bytes:
        """Return the response data."""
        information = bytes([self.key_version, PROTOCOL, self.options])
        return self.card_id + information + self.challenge + self.cryptogram + self.counter


def initialize_update(host_challenge: bytes, key_version: int = 0) -> Command:
    """Return INITIALIZE UPDATE with a challenge of 8 (S8) or 16 (S16) random bytes, to be used once.

    Key version 0 leaves the choice to the card [GPC Amendment D 7.1.1].
    """
    return Command(*INITIALIZE_UPDATE, key_version, 0, host_challenge, _LE)


def card_cryptogram(session_mac_key: bytes, host_challenge: bytes, card_challenge: bytes) -> bytes:
    """Return the card's proof that it has the keys, as long as a challenge [GPC Amendment D 6.2.2.2]."""
    return derive(session_mac_key, CARD_CRYPTOGRAM, len(card_challenge), host_challenge + card_challenge)


def host_cryptogram(session_mac_key: bytes, host_challenge: bytes, card_challenge: bytes) -> bytes:
    """Return the host's proof that it has the keys, as long as a challenge [GPC Amendment D 6.2.2.3]."""
    return derive(session_mac_key, HOST_CRYPTOGRAM, len(card_challenge), host_challenge + card_challenge)


def pseudo_random_challenge(enc_key: bytes, counter: bytes, aid: bytes, width: int) -> bytes:
    """Return a card challenge of `width` bytes that anyone with the static ENC key could foretell.

    `counter` is the 3-byte sequence counter, never used twice; `aid` names the security domain
    [GPC Amendment D 6.2.2.1].
    """
    return derive(enc_key, CARD_CHALLENGE, width, counter + aid)
