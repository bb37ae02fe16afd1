"""The card's end of administration. **Our own invention**, built on GlobalPlatform SCP03; see `card.administration`.

The service opens the channel at level 33 and grants one reset; the card keeps that permission until it is used,
replaced or without power, and answers the reset with a receipt that it also keeps.
"""

from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.card.administration import Act, Grant, Receipt, ResetState
from kaijo.card.apdu import Command, Response
from kaijo.card.files import PIN_REFERENCES, Application
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.securechannel.card import CardEnd, SecurityDomain
from kaijo.securechannel.handshake import Options, SecurityLevel
from kaijo.securechannel.keys import StaticKeys
from kaijo.securechannel.messages import Command as SecureCommand
from kaijo.securechannel.messages import Response as SecureResponse
from kaijo.virtualcard.answers import Refusal, Sw, answer, require
from kaijo.virtualcard.chip import Chip
from kaijo.virtualcard.image import Pin

_AES_KEYS = (16, 24, 32)
OPTIONS = Options.S16 | Options.R_MAC | Options.R_ENC
_NEW_VALUE_ONLY = 0x02
_KINDS = {(one.application, one.file): kind for kind, places in PIN_REFERENCES.items() for one in places}


def card_end(chip: Chip) -> CardEnd:
    """Return the card manager's secure channel, closed. Raises CardTrouble `channel.bad-key` for keys of wrong size."""
    end = chip.image.administration
    if len(end.key_receipt) not in _AES_KEYS:
        raise CardTrouble("channel.bad-key")
    keys = StaticKeys(end.key_enc, end.key_mac, end.key_dek)
    domain = SecurityDomain(keys, end.key_version, end.card_id, OPTIONS, bytes(Application.CARD_MANAGER))
    # The domain's challenges are random, so that the channel asks for no counter.
    return CardEnd(domain, random=chip.random, next_counter=lambda: 0)


def through(channel: CardEnd, command: Command, execute: Callable[[Command], Response]) -> Response:
    """Return the answer to a command at the card manager; `execute` gets it in clear, if it gets it at all."""

    def execute_plain(plain: SecureCommand) -> SecureResponse:
        response = execute(Command(plain.cla, plain.ins, plain.p1, plain.p2, plain.data, plain.le))
        return SecureResponse(response.data, response.sw)

    secured = SecureCommand(command.cla, command.ins, command.p1, command.p2, command.data, command.le)
    response = channel.process(secured, execute_plain)
    return answer(response.sw, response.data)


def authorise_reset(chip: Chip, channel: CardEnd, command: Command) -> Response:
    """Answer AUTHORISE RESET: inside the channel at level 33 only; the permission before it is gone in any case."""
    require_channel(chip, channel, command)
    grant = granted(chip, command, Act.RESET)
    _pins(chip, grant.kind)
    chip.volatile.permission, chip.volatile.prepared = grant, None
    return answer(Sw.OK)


def require_channel(chip: Chip, channel: CardEnd, command: Command) -> None:
    """Let an administration command pass that came at level 33; whatever was allowed before it is gone in any case."""
    require_manager(chip)
    require(channel.level is SecurityLevel.C_ENC_R_ENC, Sw.SECURITY_STATUS)
    chip.volatile.permission = None
    require(not command.p1 and not command.p2, Sw.WRONG_PARAMETERS)


def granted(chip: Chip, command: Command, act: Act) -> Grant:
    """Return the grant that the command carries, if it is for this act and for the card as it now is."""
    try:
        grant = Grant.decode(command.data)
    except CardTrouble:
        raise Refusal(Sw.WRONG_DATA) from None
    require(grant.act is act, Sw.WRONG_DATA)
    require(grant.reset_number == chip.image.administration.reset_number, Sw.CONDITIONS)
    return grant


def read_receipt(chip: Chip, command: Command) -> Response:
    """Answer READ RECEIPT with `ResetState`: anybody may ask, at the card manager."""
    require_manager(chip)
    require(not command.p1 and not command.p2, Sw.WRONG_PARAMETERS)
    end = chip.image.administration
    state = ResetState(end.reset_number, end.last_receipt).encode()
    require(not command.data and command.le >= len(state), Sw.WRONG_LENGTH)
    return answer(Sw.OK, state)


def reset_retry_counter(chip: Chip, command: Command) -> Response:
    """Answer RESET RETRY COUNTER, in the application of the PIN, with the receipt.

    One write: the new value and full tries at every reference of the kind, the reset number, the receipt.
    """
    require(command.p1 == _NEW_VALUE_ONLY, Sw.WRONG_PARAMETERS)
    file = chip.addressed(command.p2, Sw.REFERENCE_NOT_FOUND)
    kind = _KINDS.get((chip.volatile.selected, file))
    if kind is None:
        raise Refusal(Sw.REFERENCE_NOT_FOUND)
    permission = chip.volatile.permission
    if permission is None or permission.kind is not kind:
        raise Refusal(Sw.SECURITY_STATUS)
    rule = pin_rule(kind)
    require(rule.min_length <= len(command.data) <= rule.max_length, Sw.WRONG_DATA)
    chip.volatile.permission = None
    chip.volatile.verified.discard(file)
    for pin in _pins(chip, kind):
        pin.value, pin.tries_left = command.data, pin.tries_max
    return receipted(chip, permission)


def receipted(chip: Chip, done: Grant) -> Response:
    """Count the act, write everything down at once, and answer with the receipt."""
    end = chip.image.administration
    end.reset_number += 1
    end.last_receipt = _receipt(replace(done, reset_number=end.reset_number), end.key_receipt)
    chip.keep()
    return answer(Sw.OK, end.last_receipt.encode())


def require_manager(chip: Chip) -> None:
    """Let a command pass that came to the card manager."""
    require(chip.volatile.selected is Application.CARD_MANAGER, Sw.UNKNOWN_INSTRUCTION)


def _pins(chip: Chip, kind: PinKind) -> list[Pin]:
    directories = chip.image.directories
    places = PIN_REFERENCES[kind]
    pins = [directories[one.application].pins.get(one.file) for one in places if one.application in directories]
    found = [pin for pin in pins if pin is not None]
    require(len(found) == len(places), Sw.REFERENCE_NOT_FOUND)
    return found


def _receipt(grant: Grant, key: bytes) -> Receipt:
    mac = CMAC(AES(key))
    mac.update(Receipt(grant, b"").message())
    return Receipt(grant, mac.finalize())
