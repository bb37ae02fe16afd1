"""The card end of a secure channel: the side of a security domain, for the card in software."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from kaijo.errors import CardTrouble
from kaijo.securechannel.channel import Channel, is_secured
from kaijo.securechannel.handshake import (
    COUNTER_LENGTH,
    EXTERNAL_AUTHENTICATE,
    INITIALIZE_UPDATE,
    CardHello,
    Options,
    SecurityLevel,
    card_cryptogram,
    host_cryptogram,
    pseudo_random_challenge,
)
from kaijo.securechannel.keys import StaticKeys, derive_session_keys
from kaijo.securechannel.messages import (
    CONDITIONS,
    KEY_NOT_FOUND,
    NOT_AUTHENTICATED,
    OK,
    SECURE_MESSAGING_DATA,
    SECURITY_STATUS,
    WRONG_LENGTH,
    WRONG_PARAMETERS,
    Command,
    Response,
)

_LAST_COUNTER: Final = (1 << 8 * COUNTER_LENGTH) - 1
_STATUS: Final = {
    "channel.bad-mac": SECURITY_STATUS,
    "channel.bad-padding": SECURE_MESSAGING_DATA,
    "channel.session-dead": SECURITY_STATUS,
}


@dataclass(frozen=True)
class SecurityDomain:
    """What a card was issued with: keys and their version (1 to 127), the 10 bytes it calls itself, options, AID."""

    keys: StaticKeys
    key_version: int
    card_id: bytes
    options: Options
    aid: bytes


class CardEnd:
    """The channel of one security domain, one session at a time.

    `random` gives that many random bytes. `next_counter` gives the sequence counter of the next session, kept
    by the card over power-off and never given twice; it is asked only if the domain's challenges are pseudo-random.
    """

    def __init__(
        self, domain: SecurityDomain, *, random: Callable[[int], bytes], next_counter: Callable[[], int]
    ) -> None:
        self._domain = domain
        self._random = random
        self._next_counter = next_counter
        self._channel: Channel | None = None
        self._awaited: bytes | None = None

    @property
    def level(self) -> SecurityLevel | None:
        """The level of the open session, None without one."""
        if self._channel is None or self._channel.is_dead or self._awaited is not None:
            return None
        return self._channel.level

    def end(self) -> None:
        """Forget session and refusal, as when another application is selected."""
        self._channel = None
        self._awaited = None

    def process(self, command: Command, execute: Callable[[Command], Response]) -> Response:
        """Answer one command of the host; `execute` is called with it in plain form, or not at all.

        The opening commands are answered here. In an open session a command that is not protected as agreed is
        refused and ends the session; from then on everything but INITIALIZE UPDATE is refused with 6982 until
        `end`. Without a session `execute` gets unprotected commands, and `level` tells it so
        [GPC Amendment D 5.6].
        """
        instruction = (command.cla, command.ins)
        if instruction == INITIALIZE_UPDATE:
            return self._initialize_update(command)
        if instruction == EXTERNAL_AUTHENTICATE:
            return self._external_authenticate(command)
        if self._awaited is not None:
            self.end()
        if self._channel is None:
            return _status(SECURITY_STATUS) if is_secured(command) else execute(command)
        try:
            plain = self._channel.open_command(command)
        except CardTrouble as refusal:
            return _status(_STATUS[refusal.code])
        return self._channel.protect_response(execute(plain))

    def _initialize_update(self, command: Command) -> Response:
        self.end()
        domain = self._domain
        width = domain.options.width
        if len(command.data) != width:
            return _status(WRONG_LENGTH)
        if command.p2 != 0:
            return _status(WRONG_PARAMETERS)
        if command.p1 not in {0, domain.key_version}:
            return _status(KEY_NOT_FOUND)
        if Options.PSEUDO_RANDOM in domain.options:
            number = self._next_counter()
            if number > _LAST_COUNTER:
                return _status(CONDITIONS)
            counter = number.to_bytes(COUNTER_LENGTH)
            challenge = pseudo_random_challenge(domain.keys.enc, counter, domain.aid, width)
        else:
            counter, challenge = b"", self._random(width)
        keys = derive_session_keys(domain.keys, command.data, challenge)
        self._channel = Channel(keys, width)
        self._awaited = host_cryptogram(keys.mac, command.data, challenge)
        cryptogram = card_cryptogram(keys.mac, command.data, challenge)
        hello = CardHello(domain.card_id, domain.key_version, domain.options, challenge, cryptogram, counter)
        return Response(hello.to_bytes(), OK)

    def _external_authenticate(self, command: Command) -> Response:
        awaited, self._awaited = self._awaited, None
        channel = self._channel
        if channel is None:
            return _status(CONDITIONS)
        status = CONDITIONS if awaited is None else self._authenticate(channel, awaited, command)
        if status != OK:
            channel.end()
        return _status(status)

    def _authenticate(self, channel: Channel, awaited: bytes, command: Command) -> int:
        if len(command.data) != 2 * self._domain.options.width:
            return WRONG_LENGTH
        try:
            plain = channel.open_command(command)
        except CardTrouble as refusal:
            return _STATUS[refusal.code]
        if not compare_digest(plain.data, awaited):
            return NOT_AUTHENTICATED
        if plain.p2 != 0 or plain.p1 not in set(SecurityLevel):
            return WRONG_PARAMETERS
        level = SecurityLevel(plain.p1)
        if not self._domain.options.supports(level):
            return WRONG_PARAMETERS
        channel.raise_level(level)
        return OK


def _status(sw: int) -> Response:
    return Response(b"", sw)
