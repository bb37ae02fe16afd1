"""The face check's part of the store's port in SQL."""

from datetime import datetime

from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from kaijo.facts.pins import PinKind
from kaijo.reset.face_records import Draw, FaceCheck, FaceState, Pose
from kaijo.service.store.face_schema import face_checks, face_pictures, face_tries
from kaijo.service.store.rows import Row, moment, ticks
from kaijo.service.store.statements import Statements, read


class SqlFaceRecords(Statements):
    """The rows of face checks; see `kaijo.reset.face_ports.FaceRecords` for what each method promises."""

    def add_face_check(self, check: FaceCheck) -> bool:
        """Keep a new check, if the challenge has none."""
        row = {
            "pseudonym": check.pseudonym,
            "id": check.id,
            "challenge": check.challenge,
            "kind": check.kind.value,
            "device": check.device,
            "sealed": check.sealed,
            "expires_at": ticks(check.expires_at),
            "looks": 0,
        }
        return self.inserts(face_checks, {**row, **_standing(check)})

    def find_face_check(self, pseudonym: str, check_id: str) -> FaceCheck | None:
        """Return the card's check of that id."""
        row = self.row(face_checks, and_(face_checks.c.pseudonym == pseudonym, face_checks.c.id == check_id))
        return None if row is None else read(_check_of, row)

    def face_check_of(self, pseudonym: str, challenge: str) -> FaceCheck | None:
        """Return the card's check for that challenge."""
        where = and_(face_checks.c.pseudonym == pseudonym, face_checks.c.challenge == challenge)
        row = self.row(face_checks, where)
        return None if row is None else read(_check_of, row)

    def move_face_check(self, before: FaceCheck, after: FaceCheck) -> bool:
        """Store state and draw of `after` if both are still those of `before`."""
        expected = and_(
            face_checks.c.pseudonym == before.pseudonym,
            face_checks.c.id == before.id,
            face_checks.c.state == before.state.value,
            face_checks.c.nonce.is_not_distinct_from(before.draw.nonce if before.draw else None),
        )
        return self.moves(update(face_checks).where(expected).values(_standing(after)))

    def count_look(self, check: FaceCheck, most: int) -> bool:
        """Count one more picture looked at, up to `most`."""
        free = and_(
            face_checks.c.pseudonym == check.pseudonym, face_checks.c.id == check.id, face_checks.c.looks < most
        )
        return self.moves(update(face_checks).where(free).values(looks=face_checks.c.looks + 1))

    def add_face_try(self, subject: str, nonce: str, at: datetime) -> None:
        """Count a try of a card or a device."""
        row = {"subject": subject, "nonce": nonce, "at": ticks(at), "passed": False}
        self.connection.execute(insert(face_tries).values(row))

    def face_tries(self, subject: str, since: datetime) -> tuple[datetime, ...]:
        """Return when the subject's tries after `since` were, without those that passed, oldest first."""
        counted = and_(face_tries.c.subject == subject, face_tries.c.at > ticks(since), face_tries.c.passed.is_(False))
        found = self.connection.execute(select(face_tries.c.at).where(counted).order_by(face_tries.c.at))
        return tuple(moment(at) for at in found.scalars())

    def pass_face_try(self, subject: str, nonce: str) -> None:
        """Note that a try passed."""
        own = and_(face_tries.c.subject == subject, face_tries.c.nonce == nonce)
        self.connection.execute(update(face_tries).where(own).values(passed=True))

    def add_face_pictures(self, pseudonym: str, names: tuple[str, ...]) -> bool:
        """Keep the keyed names of pictures, all or none."""
        rows = [{"pseudonym": pseudonym, "name": name} for name in names]
        try:
            # A savepoint: in PostgreSQL a failed statement would spoil the whole transaction.
            with self.connection.begin_nested():
                self.connection.execute(insert(face_pictures), rows)
        except IntegrityError:
            return False
        return True


def _standing(check: FaceCheck) -> Row:
    draw = check.draw
    return {
        "state": check.state.value,
        "nonce": draw.nonce if draw else None,
        "poses": " ".join(pose.value for pose in draw.poses) if draw else None,
        "ends_at": ticks(draw.ends_at) if draw else None,
    }


def _check_of(row: Row) -> FaceCheck:
    draw = None
    if row["nonce"] is not None:
        poses = tuple(map(Pose, str(row["poses"]).split(" ")))
        draw = Draw(row["nonce"], poses, moment(row["ends_at"]))
    return FaceCheck(
        pseudonym=row["pseudonym"],
        id=row["id"],
        challenge=row["challenge"],
        kind=PinKind(row["kind"]),
        state=FaceState(row["state"]),
        device=row["device"],
        sealed=row["sealed"],
        expires_at=moment(row["expires_at"]),
        draw=draw,
    )
