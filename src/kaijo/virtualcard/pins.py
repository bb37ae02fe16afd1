"""Proving and changing PINs: VERIFY, CHANGE REFERENCE DATA, CHANGE KEY [card notes 8.2, 8.3]."""

from hmac import compare_digest

from kaijo.card.apdu import Command, Response
from kaijo.card.files import PIN_REFERENCES, Application
from kaijo.virtualcard.answers import Refusal, Sw, answer, require
from kaijo.virtualcard.chip import Chip
from kaijo.virtualcard.image import Pin

_LONGEST = 16
_COUNTABLE = 15
_NEW_VALUE_ONLY = 0x01
_CHANGED_BY_REFERENCE_DATA = frozenset({Application.JPKI, Application.ATTRIBUTES})
_CHANGED_BY_KEY = frozenset({Application.RESIDENT, Application.COMMON})
_CHANGEABLE = frozenset((one.application, one.file) for kind in PIN_REFERENCES.values() for one in kind)


def verify(chip: Chip, command: Command) -> Response:
    """Answer VERIFY: without data the tries left, with data the comparison.

    The try is spent and written before the comparison and given back after it, so that a power cut never gives one.
    """
    require(command.p1 == 0, Sw.WRONG_PARAMETERS)
    require(not command.le and len(command.data) <= _LONGEST, Sw.WRONG_LENGTH)
    file, pin = _addressed_pin(chip, command.p2)
    if not command.data:
        return _tries(pin)
    if pin.value is None or not pin.tries_left:
        raise Refusal(Sw.LOCKED)
    chip.volatile.verified.discard(file)
    pin.tries_left -= 1
    chip.keep()
    if not compare_digest(pin.value, command.data):
        return _tries(pin)
    pin.tries_left = pin.tries_max
    chip.keep()
    chip.volatile.verified.add(file)
    return answer(Sw.OK)


def change_reference_data(chip: Chip, command: Command) -> Response:
    """Answer CHANGE REFERENCE DATA with the new value only, in JPKI and attributes."""
    require(chip.volatile.selected in _CHANGED_BY_REFERENCE_DATA, Sw.UNKNOWN_INSTRUCTION)
    require(command.p1 == _NEW_VALUE_ONLY, Sw.WRONG_PARAMETERS)
    return _change(chip, command)


def change_key(chip: Chip, command: Command) -> Response:
    """Answer CHANGE KEY, in the resident and common applications."""
    require(chip.volatile.selected in _CHANGED_BY_KEY, Sw.UNKNOWN_INSTRUCTION)
    require(command.p1 == 0, Sw.WRONG_PARAMETERS)
    return _change(chip, command)


def _change(chip: Chip, command: Command) -> Response:
    require(not command.le and 0 < len(command.data) <= _LONGEST, Sw.WRONG_LENGTH)
    file, pin = _addressed_pin(chip, command.p2)
    changeable = (chip.volatile.selected, file) in _CHANGEABLE
    require(changeable and chip.allows(frozenset({file})), Sw.SECURITY_STATUS)
    pin.value = command.data  # verified, so its tries are full
    chip.keep()
    return answer(Sw.OK)


def _addressed_pin(chip: Chip, parameter: int) -> tuple[int, Pin]:
    file = chip.addressed(parameter, Sw.REFERENCE_NOT_FOUND)
    pin = chip.directory.pins.get(file)
    if pin is None:
        raise Refusal(Sw.REFERENCE_NOT_FOUND)
    return file, pin


def _tries(pin: Pin) -> Response:
    left = 0 if pin.value is None else min(pin.tries_left, _COUNTABLE)
    return answer(Sw.TRIES | left)
