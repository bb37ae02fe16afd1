"""Cards in real readers. Needs pyscard and a running PC/SC service; both are looked for only when a call is made."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from kaijo.card.link import LinkFacts
from kaijo.errors import CardTrouble, UsageProblem
from kaijo.readers.context import UNPLUGGED, Context, in_context, renewed
from kaijo.readers.trouble import Answer, transmission_trouble, trouble

# What may be over a moment later: a daemon that starts, a card on its way in, another program's short look at it.
_PASSING = frozenset(
    (
        *("reader.no-daemon", "reader.daemon-restarted", "reader.none", "reader.unknown", "reader.no-card"),
        *("reader.in-use", "reader.gone", "card.removed", "card.unpowered", "card.unresponsive"),
    )
)
_PAUSE = 0.1  # seconds between two looks


# What these mean is another thing once a card was held.
_OF_A_HELD_CARD = {int(Answer.NO_SERVICE): Answer.SERVICE_STOPPED, int(Answer.NO_SMARTCARD): Answer.REMOVED_CARD}


class Reader(NamedTuple):
    """A reader as the service sees it. `in_use`: some program, maybe this one, holds its card exclusively."""

    name: str
    has_card: bool
    atr: bytes
    in_use: bool


class PcscLink:
    """A card in a reader, held exclusively: no other program can use a PIN that was verified here.

    Exclusive access alone keeps the others out, so no PC/SC transaction is ever begun and the link may lie idle
    while a person types; a service that ends idle transactions (Windows, after 5 s) has none to end. The card is
    powered off at the end, so that nobody inherits its security status.

    A link that lost its card stays lost: the service may miss a quick swap, and another card must never be given
    what was meant for the first. For one thread at a time.
    """

    def __init__(self, context: Context, reader: str) -> None:
        """Take the card in `reader`. The link releases `context` from now on, also when this raises."""
        self._context: Context | None = context
        self._reader = reader
        self._card = 0
        self._lost = False
        try:
            self._card, self._protocol = context.connect(reader)
            self._check_protocol()
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """The reader's name."""
        return self._reader

    def facts(self) -> LinkFacts:
        """Return what the reader tells of this card and the link to it. Raises CardTrouble `reader.closed`.

        The bit rate is clock times D by F, where the reader gives all three [PC/SC part 3], else None.
        """
        scard = self._open().scard
        *_, atr = scard.SCardStatus(self._card)
        names = {scard.SCARD_PROTOCOL_T0: "T=0", scard.SCARD_PROTOCOL_T1: "T=1"}
        clock, d, f = map(
            self._number, (scard.SCARD_ATTR_CURRENT_CLK, scard.SCARD_ATTR_CURRENT_D, scard.SCARD_ATTR_CURRENT_F)
        )
        rate = clock * 1000 * d // f if clock and d and f else None
        return LinkFacts(bytes(atr) or None, names.get(self._protocol), rate)

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU and return data and status word.

        Raises CardTrouble `card.removed` when it is unknown whether the card obeyed, whatever broke (card, reader or
        service); `card.was-reset` when another program reset the card before: it was not sent, the card has been
        powered anew and has forgotten every selection and PIN; `reader.daemon-restarted`, `reader.in-use`,
        `reader.protocol-mismatch`, `card.unpowered`, `card.malformed-command`, `reader.trouble`: it was not sent.
        """
        scard = self._open().scard
        if len(command) < 4:
            # Less than a header is no command; the virtual reader would wait for its answer for ever.
            raise CardTrouble("card.malformed-command")
        number, answer = scard.SCardTransmit(self._card, self._protocol, list(command))
        number &= 0xFFFF_FFFF
        if number == Answer.RESET_CARD:
            self.power_cycle()
        if number or not answer:
            # An empty answer with success is how a card lost in the middle of a command shows itself.
            raise self._noted(transmission_trouble(number, reader=self._reader))
        return bytes(answer)

    def power_cycle(self) -> None:
        """Take power from the card and give it back: every security status is gone.

        Raises CardTrouble `card.removed` when the card has left since, even if one lies there again, and as
        `kaijo.readers.trouble.trouble` maps.
        """
        scard = self._open().scard
        protocol = self._protocol
        number, *_ = scard.SCardStatus(self._card)
        number &= 0xFFFF_FFFF
        if number in {Answer.SUCCESS, Answer.RESET_CARD, Answer.UNPOWERED_CARD}:
            number, protocol = scard.SCardReconnect(
                self._card, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY, scard.SCARD_UNPOWER_CARD
            )
            number &= 0xFFFF_FFFF
        if number:
            number = _OF_A_HELD_CARD.get(number, number)
            raise self._noted(trouble(number, reader=self._reader))
        self._protocol = protocol
        self._check_protocol()

    def close(self) -> None:
        """Power the card off and let it go. Never raises; closing twice is fine."""
        context, self._context = self._context, None
        if context is None:
            return
        if self._card:
            context.scard.SCardDisconnect(self._card, context.scard.SCARD_UNPOWER_CARD)
        context.release()

    def _number(self, attribute: int) -> int:
        """Return an attribute that is a number, 0 when the reader does not tell it."""
        number, raw = self._open().scard.SCardGetAttrib(self._card, attribute)
        return 0 if number else int.from_bytes(bytes(raw), "little")

    def _check_protocol(self) -> None:
        if not self._protocol & self._open().scard.SCARD_PROTOCOL_ANY:
            raise trouble(Answer.PROTO_MISMATCH, reader=self._reader)

    def _open(self) -> Context:
        if self._context is None:
            raise CardTrouble("reader.closed", reader=self._reader)
        if self._lost:
            raise trouble(Answer.REMOVED_CARD, reader=self._reader)
        return self._context

    def _noted(self, error: CardTrouble) -> CardTrouble:
        self._lost |= error.code == "card.removed"
        return error


def list_readers() -> tuple[Reader, ...]:
    """Return every reader of this machine, in the service's order; none is no error.

    Raises CardTrouble `reader.pyscard-missing`, `reader.no-daemon`, `reader.access-denied`, `reader.trouble`.
    """
    return in_context(_readers)


def open_reader(name: str | None, *, wait: float = 0) -> PcscLink:
    """Take the card in the reader called `name`: its name, or a part that fits one only; None: the one with a card.

    For `wait` seconds goes on trying while no service, reader or card is there or another program is using it.
    Raises UsageProblem `reader.ambiguous` when several fit, CardTrouble `reader.none`, `reader.unknown`,
    `reader.no-card`, `reader.in-use`, `card.unresponsive` and as `list_readers`.
    """
    until = time.monotonic() + wait
    while True:
        try:
            return renewed(lambda: _open(name))
        except CardTrouble as passing:
            if passing.code not in _PASSING or time.monotonic() >= until:
                raise
        time.sleep(_PAUSE)


def _open(name: str | None) -> PcscLink:
    context = Context()
    try:
        reader = _choose(_readers(context), name)
    except BaseException:
        context.release()
        raise
    return PcscLink(context, reader)


def _readers(context: Context) -> tuple[Reader, ...]:
    looks = (_look(context, name) for name in context.names())
    return tuple(reader for reader in looks if reader is not None)


def _look(context: Context, name: str) -> Reader | None:
    try:
        state = context.states({name: 0})[name]
    except CardTrouble as trouble_with_it:
        if trouble_with_it.code not in UNPLUGGED:
            raise
        return None
    return Reader(name, state.has_card, state.atr, state.in_use)


def _choose(readers: Sequence[Reader], name: str | None) -> str:
    if not readers:
        raise CardTrouble("reader.none")
    names = [reader.name for reader in readers]
    if name is None:
        fitting = [reader.name for reader in readers if reader.has_card]
        if not fitting:
            raise CardTrouble("reader.no-card", reader=names)
    elif name in names:
        fitting = [name]
    else:
        fitting = [known for known in names if name.casefold() in known.casefold()]
        if not fitting:
            raise CardTrouble("reader.unknown", reader=name, readers=names)
    if len(fitting) > 1:
        raise UsageProblem("reader.ambiguous", readers=fitting)
    return fitting[0]
