"""A face check on the bench: an engine that believes what a picture says of itself, an issuer who signs by word."""

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256

from kaijo.errors import Refused, ServiceTrouble
from kaijo.reset.face_checks import DrawnCheck, OpenCheck, decide_face, draw_for, look_at, open_face_check
from kaijo.reset.face_ports import FaceDesk, FaceModel, Reading, Sighting, SignedSurface, TrustedPhoto
from kaijo.reset.face_records import FaceCheck, Pose
from kaijo.reset.policy import FacePolicy, FaceRule
from kaijo.reset.records import Challenge, Reservation
from kaijo.reset.reservations import Evidence, make_reservation

from .bench import SIGNATURE, Bench

FACE_ASKED = FacePolicy(signature=FaceRule.REQUIRED, authentication=FaceRule.NOT_REQUIRED)
MODEL = FaceModel("bench", "0" * 64, threshold=0.45, sitting=0.6, evaluated=False)
DEVICE = bytes(16)
SURFACE = SignedSurface(b"surface 1", bytes(32), b"holder", b"signed", b"certificate")
POSED = {Pose.STRAIGHT: (0.0, 0.3), Pose.LEFT: (0.25, 0.28), Pose.RIGHT: (-0.25, 0.28), Pose.CLOSER: (0.0, 0.42)}


@dataclass
class PaperEngine:
    """Believes every picture's own words. `trouble` is the code of what goes wrong with everything."""

    model: FaceModel = MODEL
    trouble: str = ""

    def require_ready(self) -> None:
        if self.trouble:
            raise ServiceTrouble(self.trouble, path="model.dat")

    def look(self, picture: bytes) -> Reading:
        self.require_ready()
        try:
            row = json.loads(picture)
        except ValueError:
            raise Refused("face.bad-picture") from None
        return Reading(tuple(row["causes"]), row["turn"], row["size"])

    def compare(self, photo: bytes, pictures: tuple[bytes, ...]) -> Sighting:
        readings = tuple(self.look(picture) for picture in pictures)
        rows = [json.loads(picture) for picture in pictures]
        return Sighting(
            readings,
            tuple(0.2 if row["who"] == photo.decode() else 0.7 for row in rows),
            tuple(0.1 if row["who"] == rows[0]["who"] else 0.8 for row in rows),
            tuple(row["likeness"] for row in rows),
        )


@dataclass
class PaperIssuer:
    """Has signed every face that says so."""

    def check(self, surface: SignedSurface) -> TrustedPhoto:
        if surface.signature != b"signed":
            raise Refused("face.photo-unsigned")
        return TrustedPhoto(surface.photo, sha256(surface.holder).digest())


@dataclass
class Sitting:
    """A bench whose policy asks for a face, and a phone with camera before it."""

    bench: Bench
    engine: PaperEngine = field(default_factory=PaperEngine)
    taken: int = 0

    def __post_init__(self) -> None:
        ports = FaceDesk(self.engine, PaperIssuer())
        self.bench.desk = replace(self.bench.desk, face_policy=FACE_ASKED, face=ports)
        self.challenge, self.message = self.bench.challenge()

    def evidence(self) -> Evidence:
        return self.bench.evidence(SIGNATURE, self.message)

    def ask_again(self) -> None:
        self.challenge, self.message = self.bench.challenge()

    def open(self, device: bytes = DEVICE, evidence: Evidence | None = None) -> OpenCheck:
        return open_face_check(
            self.bench.desk,
            challenge_id=self.challenge.id,
            kind=SIGNATURE,
            device=device,
            evidence=evidence or self.evidence(),
        )

    def draw(self, check: FaceCheck) -> DrawnCheck:
        return draw_for(self.bench.desk, check_id=check.id)

    def picture(self, pose: Pose, **changes: object) -> bytes:
        self.taken += 1
        turn, size = POSED[pose]
        row = {"turn": turn, "size": size, "causes": [], "who": "holder", "likeness": 0.9, "number": self.taken}
        return json.dumps({**row, **changes}).encode()

    def pictures(self, drawn: DrawnCheck, **changes: object) -> tuple[bytes, ...]:
        return tuple(self.picture(pose, **changes) for pose in drawn.draw.poses)

    def decide(
        self,
        check: FaceCheck,
        drawn: DrawnCheck,
        pictures: tuple[bytes, ...] | None = None,
        *,
        surface: SignedSurface = SURFACE,
        nonce: str | None = None,
    ) -> FaceCheck:
        return decide_face(
            self.bench.desk,
            check_id=check.id,
            nonce=nonce or drawn.draw.nonce,
            pictures=self.pictures(drawn) if pictures is None else pictures,
            surface=surface,
        )

    def passed(self) -> FaceCheck:
        check = self.open().check
        return self.decide(check, self.draw(check))

    def fail(self, check: FaceCheck) -> None:
        """Spend a try on a stranger's face."""
        drawn = self.draw(check)
        try:
            self.decide(check, drawn, self.pictures(drawn, who="stranger"))
        except Refused as refusal:
            assert refusal.code == "face.no-match"

    def look(self, check: FaceCheck, picture: bytes, pose: Pose = Pose.STRAIGHT) -> tuple[str, ...]:
        return look_at(self.bench.desk, check_id=check.id, picture=picture, pose=pose, first=None)[1]

    def reserve(self, permit: str | None, challenge: Challenge | None = None) -> Reservation:
        evidence = replace(self.evidence(), face=permit)
        return make_reservation(
            self.bench.desk, challenge_id=(challenge or self.challenge).id, kind=SIGNATURE, evidence=evidence
        )
