"""The face check: opened with an answered challenge, looked at for guidance, drawn, decided."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from kaijo.errors import Refused
from kaijo.facts.face import Limit, card_limits, device_limits, face_looks, face_poses, face_window
from kaijo.facts.pins import PinKind
from kaijo.reset.desk import Desk
from kaijo.reset.face_limits import free_again, longest, tries_left
from kaijo.reset.face_ports import FaceDesk, FaceRecords, Reading, SignedSurface
from kaijo.reset.face_records import Draw, FaceCheck, FaceState, Pose
from kaijo.reset.face_verdict import causes_for, draw_poses, unusable, verdict
from kaijo.reset.noting import noting_refused_face
from kaijo.reset.reservations import Evidence, claim_challenge, find_asked, require_proven
from kaijo.reset.states import require_won

_ID_SIZE: Final = 16
_NONCE_SIZE: Final = 32
_DRAW_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A face check and how many tries are left to it, of the card and of the device together."""

    check: FaceCheck
    tries_left: int


@dataclass(frozen=True, slots=True)
class DrawnCheck:
    """Drawn poses, and how many tries are left after this one."""

    draw: Draw
    tries_left: int


def open_face_check(desk: Desk, *, challenge_id: str, kind: PinKind, device: bytes, evidence: Evidence) -> OpenCheck:
    """Return the face check of an answered challenge. It spends no try; the same call again gives the same check.

    `device` is what the phone calls itself. Raises Refused what the challenge and the proof are refused with,
    `face.unavailable`, `face.card-limit` and `face.device-limit` (retry_at); ServiceTrouble `face.model-…`.
    """
    now = desk.clock.now()
    challenge = find_asked(desk, challenge_id, kind)
    # Only the card's signature, made after its PIN, gives a word about its limits: nobody else can use them up.
    card = require_proven(desk, challenge=challenge, evidence=evidence, face_given=True, at=now)
    face = _face(desk, kind)
    face.engine.require_ready()
    pseudonym = desk.veil.pseudonym(card.card_id)
    claim_challenge(desk, challenge, pseudonym, now)
    check_id = f"{pseudonym}.{desk.randomness(_ID_SIZE).hex()}"
    fresh = FaceCheck(
        pseudonym=pseudonym,
        id=check_id,
        challenge=challenge.id,
        kind=kind,
        state=FaceState.OPEN,
        device=desk.veil.device(device),
        sealed=desk.veil.seal(card.registered.surface_spki_sha256, check_id),
        expires_at=challenge.expires_at,
    )
    with desk.store.begin() as records:
        check = records.face_check_of(pseudonym, challenge.id)
        if check is None:
            require_won(records.add_face_check(fresh))
            check = fresh
        return OpenCheck(check, _tries_left(records, check, now))


def look_at(
    desk: Desk, *, check_id: str, picture: bytes, pose: Pose, first: Reading | None
) -> tuple[Reading, tuple[str, ...]]:
    """Return the measures of one picture and what keeps it from showing `pose`; no try is spent, nothing is kept.

    Raises Refused `face.unknown-check`, `face.check-over`, `face.too-many-looks`, `face.bad-picture`.
    """
    with desk.store.begin() as records:
        check = _find(records, check_id)
        _require_open(check, desk.clock.now())
        if not records.count_look(check, face_looks()):
            raise Refused("face.too-many-looks")
    reading = _face(desk, check.kind).engine.look(picture)
    return reading, causes_for(reading, pose, first)


def draw_for(desk: Desk, *, check_id: str) -> DrawnCheck:
    """Return poses drawn for the check, and spend a try. While they wait, the same call gives the same poses.

    Raises Refused `face.unknown-check`, `face.check-over`, `face.already-passed`, `face.card-limit` and
    `face.device-limit` (retry_at).
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        check = _find(records, check_id)
        _require_open(check, now)
        if check.waits(now) and check.draw is not None:
            return DrawnCheck(check.draw, _tries_left(records, check, now, refuse=False))
        _tries_left(records, check, now)
        drawn = Draw(
            nonce=desk.randomness(_NONCE_SIZE).hex(),
            poses=draw_poses(face_poses(), desk.randomness(_DRAW_SIZE)),
            ends_at=min(now + face_window(), check.expires_at),
        )
        require_won(records.move_face_check(check, check.drawn(drawn)))
        for subject in (check.device, check.pseudonym):
            records.add_face_try(subject, drawn.nonce, now)
        return DrawnCheck(drawn, _tries_left(records, check, now, refuse=False))


def decide_face(
    desk: Desk, *, check_id: str, nonce: str, pictures: tuple[bytes, ...], surface: SignedSurface
) -> FaceCheck:
    """Return the check, passed: its id is the permit for a reservation with its challenge.

    Whatever the answer, the drawn poses are used up by it. What passed once passes again with the same nonce. Raises
    Refused, its data with `tries_left` from the judgement on: `face.unknown-check`, `face.check-over`, `face.no-poses`,
    `face.stale-nonce`, `face.window-over`, `face.photo-unsigned`, `face.photo-of-another-card`, `face.wrong-count`,
    `face.replayed`, `face.bad-picture`, `face.photo-unreadable`, a cause of guidance with `picture` (from 1),
    `face.flat`, `face.changed`, `face.no-match`; ServiceTrouble `face.model-…`: trouble never lets anybody through.
    """
    now = desk.clock.now()
    with desk.store.look() as records:
        check = _find(records, check_id)
    if check.draw is None:
        raise Refused("face.no-poses")
    if not hmac.compare_digest(check.draw.nonce.encode(), nonce.encode("utf-8", "replace")):
        raise Refused("face.stale-nonce")
    if check.state is FaceState.PASSED:
        return check
    _require_open(check, now)
    if not check.waits(now):
        raise Refused("face.no-poses" if check.state is FaceState.OPEN else "face.window-over")
    face = _face(desk, check.kind)
    with desk.store.begin() as records:
        require_won(records.move_face_check(check, check.closed()))
        left = _tries_left(records, check, now, refuse=False)
    with noting_refused_face(desk, check):
        trusted = face.surface.check(surface)
        if not hmac.compare_digest(trusted.surface_spki_sha256, desk.veil.unseal(check.sealed, check.id)):
            raise Refused("face.photo-of-another-card")
        if len(pictures) != len(check.draw.poses):
            raise Refused("face.wrong-count", wanted=len(check.draw.poses), given=len(pictures))
        _require_new(desk, check, pictures)
        _judge(face, check.draw, trusted.photo, pictures, left)
    with desk.store.begin() as records:
        require_won(records.move_face_check(check.closed(), check.passed()))
        for subject in (check.device, check.pseudonym):
            records.pass_face_try(subject, nonce)
    return check.passed()


def _judge(face: FaceDesk, drawn: Draw, photo: bytes, pictures: tuple[bytes, ...], left: int) -> None:
    sighting = face.engine.compare(photo, pictures)
    wrong = unusable(sighting.readings, drawn.poses)
    if wrong is not None:
        raise Refused(wrong[1], picture=wrong[0], tries_left=left)
    code = verdict(sighting, drawn.poses, face.engine.model)
    if code is not None:
        raise Refused(code, tries_left=left)


def _require_new(desk: Desk, check: FaceCheck, pictures: tuple[bytes, ...]) -> None:
    # Keyed names, so that not even a hash of somebody's picture lies in the table.
    names = tuple(desk.veil.device(b"picture " + sha256(picture).digest()) for picture in pictures)
    if len(set(names)) < len(names):
        raise Refused("face.replayed")
    with desk.store.begin() as records:
        if not records.add_face_pictures(check.pseudonym, names):
            raise Refused("face.replayed")


def _tries_left(records: FaceRecords, check: FaceCheck, at: datetime, *, refuse: bool = True) -> int:
    left = []
    for code, subject, limits in _subjects(check):
        tries = records.face_tries(subject, at - longest(limits))
        until = free_again(limits, tries, at)
        if refuse and until is not None:
            raise Refused(code, retry_at=until)
        left.append(tries_left(limits, tries, at))
    return min(left)


def _subjects(check: FaceCheck) -> tuple[tuple[str, str, tuple[Limit, ...]], ...]:
    return (
        ("face.card-limit", check.pseudonym, card_limits()),
        ("face.device-limit", check.device, device_limits()),
    )


def _find(records: FaceRecords, check_id: str) -> FaceCheck:
    check = records.find_face_check(check_id.partition(".")[0], check_id)
    if check is None:
        raise Refused("face.unknown-check")
    return check


def _require_open(check: FaceCheck, at: datetime) -> None:
    if check.state is FaceState.PASSED:
        raise Refused("face.already-passed")
    if at >= check.expires_at:
        raise Refused("face.check-over", expired_at=check.expires_at)


def _face(desk: Desk, kind: PinKind) -> FaceDesk:
    if desk.face is None:
        raise Refused("face.unavailable", kind=kind)
    return desk.face
