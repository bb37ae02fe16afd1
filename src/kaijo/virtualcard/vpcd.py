"""Shows a card to the machine's PC/SC service through vpcd, the virtual reader: any PC/SC program can then use it.

vpcd listens and the card connects. Each frame is a two-byte length and its payload; a payload of one byte is a
control, a longer one a command APDU [vsmartcard: vpcd protocol].
"""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread, current_thread
from types import TracebackType
from typing import Protocol, Self

from kaijo.errors import CardTrouble, UsageProblem

HOST, PORT = "127.0.0.1", 35963
_PATIENCE = 3.0  # seconds; vpcd asks for the ATR within 0.4
_TO_POWER = 1.0  # seconds; pcscd gives power right after
_SEATINGS = 3
_OFF, _ON, _RESET, _ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LONGEST = 0xFFFF
_PORT = re.compile("[0-9]{1,5}")
_WRONG_LENGTH = b"\x67\x00"
# vpcd 3.3 sends length and payload apart; unless each is acknowledged at once the second waits 40 ms. Linux only.
_QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)


class Insertable(Protocol):
    """A card that can be put into a reader. It raises CardTrouble to leave the reader by itself."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Return the response APDU to a command APDU."""
        ...

    def power_on(self) -> None:
        """Power comes."""
        ...

    def power_off(self) -> None:
        """Power goes, and with it every security status."""
        ...

    def reset(self) -> None:
        """Warm reset."""
        ...


class Insertion:
    """A card that lies in the virtual reader and is served by a thread until it is removed.

    `removed` is set when it no longer lies there, `apdus` counts the commands it was given, and `error` says why
    it left when nobody removed it: CardTrouble `vpcd.lost`, or what the card itself raised.
    """

    def __init__(self, card: Insertable, connection: socket.socket) -> None:
        """Begin to serve `card` on `connection`, which belongs to the insertion from now on."""
        self.removed = Event()
        self.apdus = 0
        self.error: CardTrouble | None = None
        self._met = Event()
        self._first_power = Event()
        self._taken = False
        self._powered = False
        self._leaving = False
        self._card = card
        self._connection = connection
        self._thread = Thread(target=self._serve, name="vpcd card", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out and wait until it is. Removing twice is fine."""
        self._leaving = True
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        if current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.remove()

    def await_reader(self) -> bool:
        """Return whether the reader took the card within 3 s."""
        self._met.wait(_PATIENCE)
        return self._taken

    def await_power(self) -> bool:
        """Return whether the service noticed the card, which is when it first gives power, within 1 s."""
        return self._first_power.wait(_TO_POWER)

    def _serve(self) -> None:
        try:
            with self._connection:
                for frame in _frames(self._connection):
                    self._taken = True
                    self._met.set()
                    answer = self._obey(frame)
                    if answer is not None:
                        self._connection.sendall(len(answer).to_bytes(2) + answer)
            self._note(CardTrouble("vpcd.lost"))
        except OSError:
            self._note(CardTrouble("vpcd.lost"))
        except CardTrouble as left:
            self._note(left)
        finally:
            with suppress(CardTrouble):
                self._card.power_off()
            self.removed.set()
            self._met.set()
            self._first_power.set()

    def _obey(self, frame: bytes) -> bytes | None:
        if frame == _ATR:
            return self._card.atr
        if frame == _OFF:
            self._powered = False
            self._card.power_off()
        elif frame in {_ON, _RESET} or len(frame) > 1:
            # pcscd does not always say so before a command when another program took the power away.
            if not self._powered:
                self._powered = True
                self._card.power_on()
                self._first_power.set()
            if frame == _RESET:
                self._card.reset()
            elif frame != _ON:
                return self._answer(frame)
        return None

    def _answer(self, command: bytes) -> bytes:
        self.apdus += 1
        answer = self._card.transmit(command)
        return answer if len(answer) <= _LONGEST else _WRONG_LENGTH

    def _note(self, error: CardTrouble) -> None:
        if not self._leaving:
            self.error = error


def insert(card: Insertable, host: str = HOST, port: int = PORT) -> Insertion:
    """Put `card` into the virtual reader whose vpcd listens at `host` and `port`; return when the service noticed it.

    Raises CardTrouble `vpcd.unreachable` when nobody listens there, `vpcd.slot-taken` when another card lies there.
    """
    insertion = _seat(card, host, port)
    # pcscd overlooks a card that follows very quickly on one lost in the middle of a command; it sees it come again.
    for _ in range(_SEATINGS - 1):
        if insertion.await_power():
            break
        insertion.remove()
        insertion = _seat(card, host, port)
    return insertion


def _seat(card: Insertable, host: str, port: int) -> Insertion:
    address = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=_PATIENCE)
    except TimeoutError:
        # The second card that waits behind one in the slot is not even answered.
        raise CardTrouble("vpcd.slot-taken", address=address) from None
    except (OSError, UnicodeError):
        raise CardTrouble("vpcd.unreachable", address=address) from None
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    insertion = Insertion(card, connection)
    if not insertion.await_reader():
        insertion.remove()
        raise CardTrouble("vpcd.slot-taken", address=address)
    return insertion


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port from `HOST:PORT`. Raises UsageProblem `vpcd.address` when the text is not that."""
    host, _, port = text.rpartition(":")
    written_well = host.isascii() and host.isprintable() and not set(host) & set(" :/@[]")
    if not (host and written_well and _PORT.fullmatch(port) and 0 < int(port) <= 0xFFFF):
        raise UsageProblem("vpcd.address", text=text)
    return host, int(port)


def _frames(connection: socket.socket) -> Iterator[bytes]:
    waiting = bytearray()
    while chunk := connection.recv(_LONGEST + 2):
        if _QUICK_ACK is not None:
            connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        waiting += chunk
        while len(waiting) >= 2 and len(waiting) >= (end := 2 + int.from_bytes(waiting[:2])):
            yield bytes(waiting[2:end])
            del waiting[:end]
