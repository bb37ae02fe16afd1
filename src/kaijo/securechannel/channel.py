"""The state that both ends of an open channel keep in step: MAC chaining value, encryption counter, death."""

from dataclasses import replace
from hmac import compare_digest
from typing import Final, NoReturn

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.errors import CardTrouble
from kaijo.securechannel.handshake import SecurityLevel
from kaijo.securechannel.keys import BLOCK, SessionKeys
from kaijo.securechannel.messages import Command, Response

# The basic logical channel only, with and without GlobalPlatform secure messaging [GPCS 11.1.4].
_SECURED_CLASS: Final = {0x00: 0x04, 0x80: 0x84}
_PLAIN_CLASS: Final = {secured: plain for plain, secured in _SECURED_CLASS.items()}
_MAX_LC: Final = 65535
_RESPONSE: Final = 0x80


def is_secured(command: Command) -> bool:
    """Whether the class byte says that the command is protected by this protocol."""
    return command.cla in _PLAIN_CLASS


class Channel:
    """One session's protection, used by the host in one direction and by the card in the other.

    It begins at level C_MAC, which EXTERNAL AUTHENTICATE itself needs, and stays there until `raise_level`.
    `width` is the length of a MAC, 8 or 16 bytes. The first message that fails a check ends the session: that
    call and every later one raise. The expected length of a command and error responses are not authenticated by
    the protocol, so an error is never proof of anything [GPC Amendment D 5.6, 6.2.4 to 6.2.7].
    """

    def __init__(self, keys: SessionKeys, width: int) -> None:
        self._keys = keys
        self._width = width
        self._level = SecurityLevel.C_MAC
        self._chaining = bytes(BLOCK)
        self._counter = 0
        self._dead = False

    @property
    def is_dead(self) -> bool:
        """Whether the session has ended."""
        return self._dead

    @property
    def level(self) -> SecurityLevel:
        """The level that protects the next message."""
        return self._level

    def raise_level(self, level: SecurityLevel) -> None:
        """Go on at the level that both ends agreed on; the next command is the first of the counter."""
        self._level = level
        self._counter = 0

    def end(self) -> None:
        """End the session for good."""
        self._dead = True

    def require_alive(self) -> None:
        """Raise `channel.session-dead` after the end."""
        if self._dead:
            raise CardTrouble("channel.session-dead")

    def fail(self, code: str, **data: object) -> NoReturn:
        """End the session for good and raise `code`."""
        self.end()
        raise CardTrouble(code, **data)

    def protect_command(self, command: Command) -> Command:
        """Return the command as the host sends it: encrypted if the level says so, always with a MAC.

        Raises `channel.bad-class` or `channel.too-long` without any effect, or `channel.session-dead`.
        """
        self.require_alive()
        if command.cla not in _SECURED_CLASS:
            raise CardTrouble("channel.bad-class", cla=f"{command.cla:02X}")
        if len(command.data) + BLOCK + self._width > _MAX_LC:
            raise CardTrouble("channel.too-long", length=len(command.data))
        self._counter += 1
        data = command.data
        if data and self._level.encrypts_commands:
            data = self._encrypt(data, 0)
        secured = replace(command, cla=_SECURED_CLASS[command.cla], data=data)
        return replace(secured, data=data + self._command_mac(secured))

    def open_command(self, command: Command) -> Command:
        """Return the command as the host meant it.

        Raises `channel.bad-mac` or `channel.bad-padding`, which end the session, or `channel.session-dead`.
        """
        self.require_alive()
        if command.cla not in _PLAIN_CLASS:
            self.fail("channel.bad-mac")
        self._counter += 1
        data, mac = command.data[: -self._width], command.data[-self._width :]
        if not compare_digest(self._command_mac(replace(command, data=data)), mac):
            self.fail("channel.bad-mac")
        if data and self._level.encrypts_commands:
            data = self._decrypt(data, 0)
        return replace(command, cla=_PLAIN_CLASS[command.cla], data=data)

    def protect_response(self, response: Response) -> Response:
        """Return the response as the card sends it; an error goes out as its status word alone."""
        self.require_alive()
        if not self._level.signs_responses:
            return response
        if response.is_error:
            return Response(b"", response.sw)
        data = response.data
        if data and self._level.encrypts_responses:
            data = self._encrypt(data, _RESPONSE)
        return replace(response, data=data + self._response_mac(data, response.sw))

    def open_response(self, response: Response) -> Response:
        """Return the response as the card meant it.

        Raises `channel.bad-answer`, `channel.bad-mac` or `channel.bad-padding`, which end the session, or
        `channel.session-dead`.
        """
        self.require_alive()
        if not self._level.signs_responses:
            return response
        if response.is_error:
            if response.data:
                self.fail("channel.bad-answer")
            return response
        data, mac = response.data[: -self._width], response.data[-self._width :]
        if not compare_digest(self._response_mac(data, response.sw), mac):
            self.fail("channel.bad-mac")
        if data and self._level.encrypts_responses:
            data = self._decrypt(data, _RESPONSE)
        return replace(response, data=data)

    def _command_mac(self, command: Command) -> bytes:
        header = command.header(len(command.data) + self._width)
        self._chaining = _cmac(self._keys.mac, self._chaining + header + command.data)
        return self._chaining[: self._width]

    def _response_mac(self, data: bytes, sw: int) -> bytes:
        return _cmac(self._keys.rmac, self._chaining + data + sw.to_bytes(2))[: self._width]

    def _cipher(self, direction: int) -> Cipher[modes.CBC]:
        block = bytes([direction]) + self._counter.to_bytes(BLOCK - 1)
        algorithm = algorithms.AES(self._keys.enc)
        # One CBC block under a zero vector is the plain block encryption that the standard asks for.
        start = Cipher(algorithm, modes.CBC(bytes(BLOCK))).encryptor().update(block)
        return Cipher(algorithm, modes.CBC(start))

    def _encrypt(self, data: bytes, direction: int) -> bytes:
        padded = data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)
        return self._cipher(direction).encryptor().update(padded)

    def _decrypt(self, data: bytes, direction: int) -> bytes:
        if len(data) % BLOCK:
            self.fail("channel.bad-padding")
        # A real card pads by a whole block too much (tests: openscp); behind a good MAC that does no harm.
        plain = self._cipher(direction).decryptor().update(data).rstrip(b"\x00")
        if not plain.endswith(b"\x80"):
            self.fail("channel.bad-padding")
        return plain[:-1]


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()
