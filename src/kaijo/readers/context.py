"""One conversation with the PC/SC service: established, asked, released."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from kaijo.errors import CardTrouble
from kaijo.readers.trouble import Answer, trouble

# A pseudo reader: its state changes when a reader is plugged in or out [PC/SC part 5; pcsc-lite].
PLUG_AND_PLAY = r"\\?PnP?\Notification"
UNPLUGGED = frozenset(("reader.unknown", "reader.gone"))
_BROKEN = frozenset(("reader.daemon-restarted", "reader.no-daemon"))
_CHANGED, _UNUSABLE, _PRESENT, _EXCLUSIVE = 0x0002, 0x000C, 0x0020, 0x0080

T = TypeVar("T")


class ReaderState(NamedTuple):
    """What the service says of one reader. `raw` is handed back to ask for changes since; `changes` counts cards."""

    raw: int
    atr: bytes

    @property
    def has_card(self) -> bool:
        """True when a card is in it."""
        return bool(self.raw & _PRESENT) and not self.raw & _UNUSABLE

    @property
    def in_use(self) -> bool:
        """True when some program holds its card exclusively."""
        return bool(self.raw & _EXCLUSIVE)

    @property
    def changes(self) -> int:
        """How often a card came or went, modulo 2^16: tells a quick swap from no change."""
        return self.raw >> 16


class Context:
    """A PC/SC context. Not for two threads at once: the service's library lets one call of a context wait for another.

    Raises CardTrouble `reader.pyscard-missing`, `reader.no-daemon`, `reader.access-denied`, else as `trouble` maps.
    """

    def __init__(self) -> None:
        self.scard = _scard()
        number, self._handle = self.scard.SCardEstablishContext(self.scard.SCARD_SCOPE_USER)
        _check(number)

    def names(self) -> tuple[str, ...]:
        """Return the names of all readers, in the service's order."""
        number, names = self.scard.SCardListReaders(self._handle, [])
        if _unsigned(number) == Answer.NO_READERS_AVAILABLE:
            return ()
        _check(number)
        return tuple(names)

    def states(self, seen: Mapping[str, int], *, wait: float = 0) -> dict[str, ReaderState]:
        """Return the readers' states, at once where they differ from `seen` (0 for never), else after `wait` seconds.

        Raises CardTrouble `reader.unknown` when one of them is no longer there.
        """
        asked = list(seen.items())
        number, states = self.scard.SCardGetStatusChange(self._handle, int(wait * 1000), asked)
        if _unsigned(number) not in {Answer.TIMEOUT, Answer.CANCELLED}:
            _check(number)
        return {name: ReaderState(raw & ~_CHANGED, bytes(atr)) for name, raw, atr in states}

    def connect(self, reader: str) -> tuple[int, int]:
        """Take the card in `reader` for ourselves alone and return its handle and protocol."""
        number, card, protocol = self.scard.SCardConnect(
            self._handle, reader, self.scard.SCARD_SHARE_EXCLUSIVE, self.scard.SCARD_PROTOCOL_ANY
        )
        _check(number, reader)
        return card, protocol

    def release(self) -> None:
        """Let the service forget us. Never raises."""
        self.scard.SCardReleaseContext(self._handle)


def in_context(act: Callable[[Context], T]) -> T:
    """Return what `act` makes of a context of its own, released afterwards; a second one if the service restarts."""
    return renewed(lambda: _within(Context(), act))


def renewed(act: Callable[[], T]) -> T:
    """Return what `act` makes, once more when the service broke off. Only for what loses nothing by being repeated."""
    try:
        return act()
    except CardTrouble as broken:
        if broken.code not in _BROKEN:
            raise
    return act()


def _within(context: Context, act: Callable[[Context], T]) -> T:
    try:
        return act(context)
    finally:
        context.release()


def _scard() -> Any:
    try:
        from smartcard import scard
    except ImportError:
        raise CardTrouble("reader.pyscard-missing") from None
    return scard


def _unsigned(number: int) -> int:
    return number & 0xFFFF_FFFF


def _check(number: int, reader: str = "") -> None:
    if number:
        raise trouble(_unsigned(number), reader=reader)
