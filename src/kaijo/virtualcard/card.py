"""The card in software, whole: its power, one command after the other, and which part answers which command."""

import os
from collections.abc import Callable
from threading import RLock

from kaijo.card.administration import AUTHORISE_RESET, PREPARE_KEY, PUT_CERTIFICATE, READ_RECEIPT
from kaijo.card.apdu import Command, Ins, Response
from kaijo.card.files import Application
from kaijo.errors import CardTrouble
from kaijo.securechannel.card import CardEnd
from kaijo.virtualcard import administration_end, pins, reading, renewal_end, signing
from kaijo.virtualcard.answers import Refusal, Sw, answer
from kaijo.virtualcard.chip import CardStore, Chip
from kaijo.virtualcard.image import CardImage

_HANDLERS: dict[tuple[int, int], Callable[[Chip, Command], Response]] = {
    (0x00, Ins.VERIFY): pins.verify,
    (0x00, Ins.CHANGE_REFERENCE_DATA): pins.change_reference_data,
    (0x80, Ins.PSO): signing.compute_signature,
    (0x00, Ins.RESET_RETRY_COUNTER): administration_end.reset_retry_counter,
    (0x80, Ins.CHANGE_KEY): pins.change_key,
    (0x00, Ins.GET_CHALLENGE): reading.get_challenge,
    (0x00, Ins.INTERNAL_AUTHENTICATE): signing.internal_authenticate,
    (0x00, Ins.SELECT): reading.select,
    (0x80, READ_RECEIPT): administration_end.read_receipt,
    (0x00, Ins.READ_BINARY): reading.read_binary,
    (0x00, Ins.READ_RECORD): reading.read_record,
    (0x00, Ins.GET_DATA): reading.get_data,
    (0x80, reading.PHONE_INDICATOR): reading.phone_indicator,
}
# Obeyed inside the secure channel only.
_ADMINISTRATION: dict[tuple[int, int], Callable[[Chip, CardEnd, Command], Response]] = {
    (0x80, AUTHORISE_RESET): administration_end.authorise_reset,
    (0x80, PREPARE_KEY): renewal_end.prepare_key,
    (0x80, PUT_CERTIFICATE): renewal_end.put_certificate,
}
_INSTRUCTIONS = frozenset(ins for _, ins in (*_HANDLERS, *_ADMINISTRATION))


class VirtualCard:
    """A card that lies at `place` and does what the published descriptions of the real one say.

    It takes `image` over and changes it; each change goes to `store` before the answer (without one the card lives
    in memory only). `random` gives random bytes. `clears_on_reselect` makes the strict variant, whose security
    status does not even outlive a SELECT of the same application. The card has power from the beginning, and several
    threads may use it. Raises CardTrouble `channel.bad-key` when the image has administration keys of wrong size.
    """

    def __init__(
        self,
        image: CardImage,
        *,
        store: CardStore | None = None,
        place: str,
        random: Callable[[int], bytes] = os.urandom,
        clears_on_reselect: bool = False,
    ) -> None:
        self._chip = Chip(image, store, random, clears_on_reselect=clears_on_reselect)
        self._channel = administration_end.card_end(self._chip)
        self._store = store
        self._place = place
        self._atr = image.atr
        self._has_power = True
        self._is_gone = False
        self._lock = RLock()

    @property
    def place(self) -> str:
        """Where the card lies."""
        return self._place

    @property
    def atr(self) -> bytes:
        """What the card says of itself after power-on and reset."""
        return self._atr

    def transmit(self, command: bytes) -> bytes:
        """Return data and status word for any bytes at all.

        Raises CardTrouble `card.removed` for a card without power or after `close`. When the store cannot keep a
        change, its error comes through and the card is dead for good, like one cut off in the middle: what it
        is now stands in the store.
        """
        with self._lock:
            if self._is_gone or not self._has_power:
                raise CardTrouble("card.removed")
            try:
                return self._answer(command).encode()
            except BaseException:
                self._is_gone = True
                raise

    def reset(self) -> None:
        """Reset without taking power away: the security status stays, as on real cards [card notes 2.1]."""
        with self._lock:
            self._channel.end()
            self._chip.warm_reset()

    def power_off(self) -> None:
        """Take power away: everything volatile is gone."""
        with self._lock:
            self._has_power = False
            self._channel.end()
            self._chip.lose_power()

    def power_on(self) -> None:
        """Give power again. Does nothing to a card that has it."""
        with self._lock:
            self._has_power = True

    def power_cycle(self) -> None:
        """Take power away and give it back. Raises CardTrouble `card.removed` after `close`."""
        with self._lock:
            if self._is_gone:
                raise CardTrouble("card.removed")
            self.power_off()
            self.power_on()

    def close(self) -> None:
        """Power the card off for good and let its store go. Closing twice is fine."""
        with self._lock:
            self.power_off()
            self._is_gone = True
            if self._store is not None:
                self._store.close()

    def _answer(self, raw: bytes) -> Response:
        try:
            command = Command.decode(raw)
        except CardTrouble:
            return answer(Sw.WRONG_LENGTH)
        if _logical_channel(command.cla):
            return answer(Sw.NO_LOGICAL_CHANNEL)
        at_manager = self._chip.volatile.selected is Application.CARD_MANAGER
        # A SELECT in clear leaves the secure channel, it does not break it.
        if at_manager and not _selects_application(command):
            return administration_end.through(self._channel, command, self._execute)
        if command.cla & 0x0C and command.cla & 0x70 == 0:
            return answer(Sw.NO_SECURE_MESSAGING)
        return self._execute(command)

    def _execute(self, command: Command) -> Response:
        key = (command.cla, command.ins)
        try:
            if key in _ADMINISTRATION:
                return _ADMINISTRATION[key](self._chip, self._channel, command)
            if key not in _HANDLERS:
                known = command.ins in _INSTRUCTIONS or command.cla not in {0x00, 0x80}
                return answer(Sw.UNKNOWN_CLASS if known else Sw.UNKNOWN_INSTRUCTION)
            response = _HANDLERS[key](self._chip, command)
        except Refusal as refusal:
            return answer(refusal.sw)
        if _selects_application(command):
            self._channel.end()
        return response


def _selects_application(command: Command) -> bool:
    return (command.cla, command.ins, command.p1) == (0x00, Ins.SELECT, reading.BY_NAME)


def _logical_channel(cla: int) -> bool:
    """Say whether a class byte names another channel than the basic one [ISO 7816-4 5.4.1; GPC 11.1.4]."""
    return bool(cla & 0x40) or (cla & 0x20 == 0 and bool(cla & 0x03))
