"""What the phone does in a face check: opens the card's signed face, hands pictures to the service, gets the permit."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from hashlib import sha256
from typing import Any, Final

from kaijo.card.files import Code
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.surface import SurfaceSession
from kaijo.errors import ServiceTrouble
from kaijo.terminals.client import ServiceClient, field_text, field_time
from kaijo.terminals.phone import Begun
from kaijo.words import catalogue

_DEVICE_SIZE: Final = 16


@unique
class Pose(Enum):
    """What the holder is asked to do with the head, in the service's words; left and right are the holder's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    CLOSER = "closer"


@dataclass(frozen=True, slots=True)
class SignedFace:
    """The card's face as the issuer signed it; of name and address the phone passes on the hash alone."""

    holder: bytes = field(repr=False)
    printed_sha256: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """An open face check. `evaluated` false: say "not evaluated" where the check is named."""

    id: str
    expires_at: datetime
    tries_left: int
    evaluated: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """Turn and size of the face in a picture; those of the first picture are the measure of the others."""

    turn: float
    size: float


@dataclass(frozen=True, slots=True)
class Guidance:
    """What is wrong with a picture, by code, the worst first; `advice` holds nobody up. Ready: it can be used."""

    causes: tuple[str, ...]
    advice: tuple[str, ...]
    ready: bool
    measure: Measure


@dataclass(frozen=True, slots=True)
class Drawn:
    """Poses to be taken in this order, one picture each, before `ends_at`. A try is spent."""

    nonce: str = field(repr=False)
    poses: tuple[Pose, ...]
    ends_at: datetime
    window_seconds: int
    tries_left: int


def new_device() -> str:
    """Return a name for this phone, to be made once and kept: 32 hexadecimal digits."""
    return secrets.token_hex(_DEVICE_SIZE)


def read_surface(
    guard: Guard, code_b: str, *, shown: TriesReading, consent: LastTryConsent | None = None
) -> SignedFace:
    """Open the card's face with 照合番号B and return it. `shown` is `guard.tries(Code.CODE_B)` as the holder saw it.

    Raises what the guard raises, WrongPin for another code among it, and CardTrouble `card.malformed-data`.
    """
    guard.verify(Code.CODE_B, code_b, shown=shown, consent=consent)
    session = SurfaceSession(guard)
    face = session.face()
    holder, printed, photo = face.signed
    return SignedFace(holder, sha256(printed).digest(), photo, face.signature, session.certificate())


def open_check(service: ServiceClient, begun: Begun, device: str) -> FaceCheck:
    """Open the face check of an answered challenge. No try is spent; again for the same challenge is the same check.

    Raises Refused `face.card-limit`, `face.device-limit` (retry_at), and what else the service raises.
    """
    answer = service.open_face_check(
        challenge_id=begun.challenge_id,
        kind=begun.kind,
        authentication_certificate=begun.certificate,
        proof_certificate=begun.proof.certificate,
        signature=begun.proof.signature,
        device=device,
    )
    return FaceCheck(
        field_text(answer, "face_check_id"),
        field_time(answer, "expires_at"),
        _number(service, answer, "tries_left"),
        answer.get("evaluated") is True,
    )


def guide(
    service: ServiceClient, check: str, picture: bytes, *, pose: Pose = Pose.STRAIGHT, first: Measure | None = None
) -> Guidance:
    """Have one picture looked at. No try is spent. Raises what the service raises."""
    measure = None if first is None else {"turn": first.turn, "size": first.size}
    answer = service.face_guidance(check, frame=picture, pose=pose.value, first=measure)
    causes, advice = _codes(service, answer, blocking=True), _codes(service, answer, blocking=False)
    turn, size = answer.get("turn"), answer.get("size")
    if not isinstance(turn, int | float) or not isinstance(size, int | float):
        raise _contract(service)
    return Guidance(causes, advice, not causes and answer.get("ready") is True, Measure(float(turn), float(size)))


def draw(service: ServiceClient, check: str) -> Drawn:
    """Have poses drawn: this spends a try. While they wait, the same call gives the same poses.

    Raises as `open_check`.
    """
    answer = service.face_poses(check)
    poses = answer.get("poses")
    try:
        order = tuple(map(Pose, poses if isinstance(poses, list) else [None]))
    except ValueError:
        raise _contract(service) from None
    return Drawn(
        field_text(answer, "nonce"),
        order,
        field_time(answer, "window_ends_at"),
        _number(service, answer, "window_seconds"),
        _number(service, answer, "tries_left"),
    )


def decide(service: ServiceClient, check: str, *, nonce: str, pictures: Sequence[bytes], surface: SignedFace) -> str:
    """Hand in one picture per pose and return the permit for `kaijo.terminals.phone.finish`.

    Raises Refused `face.…`, with `tries_left` in its data once the pictures were judged, and what else the service
    raises.
    """
    answer = service.decide_face(
        check,
        nonce=nonce,
        frames=pictures,
        surface={
            "holder": surface.holder,
            "printed_sha256": surface.printed_sha256,
            "photo": surface.photo,
            "signature": surface.signature,
            "certificate": surface.certificate,
        },
    )
    return field_text(answer, "permit")


def _codes(service: ServiceClient, answer: dict[str, Any], *, blocking: bool) -> tuple[str, ...]:
    causes = answer.get("causes")
    if not isinstance(causes, list) or not all(isinstance(cause, dict) for cause in causes):
        raise _contract(service)
    codes = tuple(str(cause.get("code")) for cause in causes if (cause.get("blocking") is not False) is blocking)
    if not all(code in catalogue() for code in codes):
        raise _contract(service)
    return codes


def _number(service: ServiceClient, answer: dict[str, Any], name: str) -> int:
    value = answer.get(name)
    if type(value) is not int:
        raise _contract(service)
    return value


def _contract(service: ServiceClient) -> ServiceTrouble:
    return ServiceTrouble("service.out-of-contract", url=service.url, status=200)
