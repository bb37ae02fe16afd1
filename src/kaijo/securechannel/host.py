"""The host end of a secure channel: the side of the operator's service."""

from enum import Enum, auto
from hmac import compare_digest

from kaijo.errors import CardTrouble
from kaijo.securechannel.channel import Channel
from kaijo.securechannel.handshake import (
    EXTERNAL_AUTHENTICATE,
    CardHello,
    SecurityLevel,
    card_cryptogram,
    host_cryptogram,
)
from kaijo.securechannel.keys import SessionKeys
from kaijo.securechannel.messages import OK, Command, Response


class _Step(Enum):
    NEW = auto()
    AUTHENTICATING = auto()
    READY = auto()
    WAITING = auto()


class HostEnd:
    """A session with one card, from the card's answer to INITIALIZE UPDATE on.

    Deterministic and without randomness of its own: the same arguments and the same calls give the same commands,
    so a session can be built again from its stored messages. Strictly one command, then its response.

    Raises `channel.bad-answer` when the card's mode does not fit the challenge, `channel.not-supported` when
    the card cannot keep `level`, `channel.bad-cryptogram` when the card does not have the keys
    [GPC Amendment D 5.2, 6.2.2].
    """

    def __init__(self, keys: SessionKeys, host_challenge: bytes, card: CardHello, level: SecurityLevel) -> None:
        if len(host_challenge) != card.options.width:
            raise CardTrouble("channel.bad-answer")
        if not card.options.supports(level):
            raise CardTrouble("channel.not-supported", level=f"{level:02X}", options=f"{card.options:02X}")
        if not compare_digest(card_cryptogram(keys.mac, host_challenge, card.challenge), card.cryptogram):
            raise CardTrouble("channel.bad-cryptogram")
        self._cryptogram = host_cryptogram(keys.mac, host_challenge, card.challenge)
        self._channel = Channel(keys, card.options.width)
        self._level = level
        self._step = _Step.NEW

    def external_authenticate(self) -> Command:
        """Return the command that opens the session; its answer goes to `unwrap` [GPC Amendment D 7.1.2].

        Raises `channel.out-of-step` or `channel.session-dead`.
        """
        self._expect(_Step.NEW)
        cla, ins = EXTERNAL_AUTHENTICATE
        command = Command(cla & ~0x04, ins, self._level, 0, self._cryptogram)
        protected = self._channel.protect_command(command)
        self._step = _Step.AUTHENTICATING
        return protected

    def wrap(self, command: Command) -> Command:
        """Return `command` protected, of class 00 or 80.

        `le` stays as it is: give one at a level with response MACs, for then every good response has data.
        Raises `channel.bad-class`, `channel.too-long`, `channel.out-of-step` or `channel.session-dead`.
        """
        self._expect(_Step.READY)
        protected = self._channel.protect_command(command)
        self._step = _Step.WAITING
        return protected

    def unwrap(self, response: Response) -> Response:
        """Return the card's response to the last command, checked and decrypted.

        An error status comes through unchecked: the protocol does not authenticate it. Raises
        `channel.refused` (the card did not accept EXTERNAL AUTHENTICATE), `channel.bad-answer`,
        `channel.bad-mac` or `channel.bad-padding`, each of which ends the session; or
        `channel.out-of-step`, `channel.session-dead`.
        """
        self._expect(_Step.AUTHENTICATING, _Step.WAITING)
        if self._step is _Step.AUTHENTICATING:
            if response.sw != OK:
                self._channel.fail("channel.refused", sw=f"{response.sw:04X}")
            if response.data:
                self._channel.fail("channel.bad-answer")
            self._channel.raise_level(self._level)
            opened = response
        else:
            opened = self._channel.open_response(response)
        self._step = _Step.READY
        return opened

    def _expect(self, *steps: _Step) -> None:
        self._channel.require_alive()
        if self._step not in steps:
            raise CardTrouble("channel.out-of-step")
