"""The secure channel as the service drives it through a kiosk: a pure function of what the card has answered so far.

Nothing lives between two calls: the host end is built again from the host challenge and the answers, so that any
process can serve any step. What the service says to the card is our own protocol on GlobalPlatform SCP03 at level 33.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kaijo.card import apdu
from kaijo.card.administration import (
    Act,
    Grant,
    Receipt,
    ResetState,
    authorise_reset,
    prepare_key,
    put_certificate,
    read_receipt,
)
from kaijo.card.files import Application
from kaijo.errors import CardTrouble, KaijoError, Refused
from kaijo.facts.pins import PinKind
from kaijo.reset.ports import CardKeys
from kaijo.securechannel.handshake import CardHello, SecurityLevel, initialize_update
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.messages import OK, Command, Response

HOST_CHALLENGE_SIZE: Final = 16  # the card manager speaks S16 [GPC Amendment D 5.1]
_OPENING: Final = 2  # the step whose answer says whether the card believes the service
LAST_STEPS: Final = {Act.RESET: 4, Act.RENEW: 5}
_LE: Final = 256


@dataclass(frozen=True, slots=True)
class Visit:
    """What one session is about: whose card, which act on which PIN kind, which reservation, which host challenge."""

    card_id: bytes
    host_challenge: bytes
    kind: PinKind
    reservation: bytes
    act: Act = Act.RESET


class Unproven(Refused):
    """The card named itself as the right one and could not prove it: an authentication that failed."""


Certify = Callable[[bytes], bytes]
"""Returns the certificate (DER) for a new public key (DER); for the same key it is always the same."""


def no_certificate(_public_key: bytes) -> bytes:
    """Refuse, where nobody issues certificates. Raises Refused `counter.no-issuer`."""
    raise Refused("counter.no-issuer")


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes next: `command` for the card, or None once it has the grant, or the new certificate.

    `read` is the card's authentic reset state, present exactly when `command` is the one that carries the grant.
    `receipt` is present at the end of a renewal: nothing is left for the holder to do.
    """

    command: bytes | None
    read: ResetState | None = None
    receipt: Receipt | None = None


def first_command() -> bytes:
    """Return the command of step 0: SELECT the card manager."""
    return apdu.Command(0x00, apdu.Ins.SELECT, 0x04, 0x0C, Application.CARD_MANAGER).encode()


def next_turn(keys: CardKeys, visit: Visit, answers: Sequence[bytes], certify: Certify = no_certificate) -> Turn:
    """Return what follows these answers (one or more, in order, status words included).

    The same arguments give the same turn. `certify` is asked when the act is a renewal. Raises Refused
    `reset.other-card` for a card that is not the reservation's, `reset.card-refused` for a status other than 9000,
    `reset.out-of-step` beyond the last step; CardTrouble `card.malformed-answer`, `card.malformed-receipt` or
    `channel.…` when the channel is not sound; and what `certify` raises.
    """
    if len(answers) > LAST_STEPS[visit.act] + 1:
        raise Refused("reset.out-of-step", step=LAST_STEPS[visit.act])
    received = [_response(answer) for answer in answers]
    _require_ok(received[0])
    if len(received) == 1:
        return Turn(_encode(initialize_update(visit.host_challenge)))
    _require_ok(received[1])
    host = _host_end(keys, visit, CardHello.parse(received[1].data))
    command = host.external_authenticate()
    if len(received) == 2:
        return Turn(_encode(command))
    host.unwrap(received[2])
    command = host.wrap(_command(read_receipt()))
    if len(received) == 3:
        return Turn(_encode(command))
    state = ResetState.decode(_require_ok(host.unwrap(received[3])).data)
    grant = Grant(visit.kind, visit.reservation, state.reset_number, visit.act)
    if visit.act is Act.RENEW:
        return _renewal(host, received[4:], grant, state, certify)
    # At level 33 every good answer carries a MAC, so even this one has data to wait for.
    command = host.wrap(replace(_command(authorise_reset(grant)), le=_LE))
    if len(received) == 4:
        return Turn(_encode(command), state)
    _require_ok(host.unwrap(received[4]))
    return Turn(None)


def failed_to_open(step: int, failure: KaijoError | None) -> bool:
    """Return whether this failure of a step means that card and service could not prove to be who they are."""
    if isinstance(failure, Unproven):
        return True
    return step == _OPENING and failure is not None and failure.code != "reset.card-stopped"


def _renewal(host: HostEnd, received: Sequence[Response], grant: Grant, state: ResetState, certify: Certify) -> Turn:
    command = host.wrap(_command(prepare_key(grant)))
    if not received:
        return Turn(_encode(command), state)
    public_key = _require_ok(host.unwrap(received[0])).data
    command = host.wrap(_command(put_certificate(certify(public_key))))
    if len(received) == 1:
        return Turn(_encode(command))
    return Turn(None, receipt=Receipt.decode(_require_ok(host.unwrap(received[1])).data))


def _host_end(keys: CardKeys, visit: Visit, hello: CardHello) -> HostEnd:
    if hello.card_id != visit.card_id:
        raise Refused("reset.other-card")
    session_keys = keys.session_keys(visit.card_id, visit.host_challenge, hello.challenge, hello.key_version)
    try:
        return HostEnd(session_keys, visit.host_challenge, hello, SecurityLevel.C_ENC_R_ENC)
    except CardTrouble as trouble:
        if trouble.code == "channel.bad-cryptogram":
            raise Unproven("reset.other-card") from None
        raise


def _require_ok(response: Response) -> Response:
    if response.sw != OK:
        raise Refused("reset.card-refused", sw=f"{response.sw:04X}")
    return response


# The room of the secure channel knows nothing of the card's: here the two kinds of message meet.
def _command(plain: apdu.Command) -> Command:
    return Command(plain.cla, plain.ins, plain.p1, plain.p2, plain.data, plain.le)


def _encode(command: Command) -> bytes:
    return apdu.Command(command.cla, command.ins, command.p1, command.p2, command.data, command.le).encode()


def _response(raw: bytes) -> Response:
    decoded = apdu.Response.decode(raw)
    return Response(decoded.data, decoded.sw)
