"""What goes over the wire in a face check. Bounds as in `models`: nothing unknown, nothing longer than it can be."""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kaijo.facts.face import quality_rule
from kaijo.facts.pins import PinKind
from kaijo.reset.face_records import Pose
from kaijo.service.models import (
    CertificateBytes,
    Messages,
    Moment,
    SignatureBytes,
    base64_schema,
    from_base64,
)

_PHOTO: Final = 32_768
_HOLDER: Final = 1024
_DIGEST: Final = 32
_MOST_POSES: Final = 10

PictureBytes = Annotated[
    bytes,
    BeforeValidator(from_base64),
    Field(min_length=1, max_length=quality_rule().most_bytes),
    base64_schema(quality_rule().most_bytes),
]
PhotoBytes = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=1, max_length=_PHOTO), base64_schema(_PHOTO)
]
HolderBytes = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=1, max_length=_HOLDER), base64_schema(_HOLDER)
]
DigestBytes = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=_DIGEST, max_length=_DIGEST), base64_schema(_DIGEST)
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class FaceCheckRequest(_Request):
    """An answered challenge, as for a reservation, and the name that the phone gave itself."""

    challenge_id: Annotated[str, Field(pattern="^[0-9a-f]{1,64}$", max_length=64)]
    kind: PinKind
    authentication_certificate: CertificateBytes
    proof_certificate: CertificateBytes
    signature: SignatureBytes
    device: Annotated[str, Field(pattern="^[0-9a-f]{32}$", max_length=32)]


class FaceCheckAnswer(_Answer):
    """The check lives as long as the challenge. `evaluated` false: whoever shows the check says that it is not."""

    face_check_id: str
    expires_at: Moment
    tries_left: int
    evaluated: bool


class FirstPicture(_Request):
    """Turn and size of the first picture of the sitting, as guidance told them."""

    turn: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
    size: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]


class GuidanceRequest(_Request):
    """One picture that is to show `pose`; without `first` it is the first itself."""

    frame: PictureBytes
    pose: Pose = Pose.STRAIGHT
    first: FirstPicture | None = None


class Cause(_Answer):
    """What is wrong with the picture. One that is not blocking is advice."""

    code: str
    blocking: bool
    messages: Messages


class GuidanceAnswer(_Answer):
    """The worst cause first. Ready: the picture can be used."""

    causes: list[Cause]
    ready: bool
    turn: float
    size: float


class PosesRequest(_Request):
    """Nothing more is needed than the check."""


class PosesAnswer(_Answer):
    """One picture for each pose, in this order, with this nonce, before the window ends."""

    nonce: str
    poses: list[Pose]
    window_seconds: int
    window_ends_at: Moment
    tries_left: int


class SurfaceRequest(_Request):
    """The card's face as the issuer signed it; name and address only as the hash of their group."""

    holder: HolderBytes
    printed_sha256: DigestBytes
    photo: PhotoBytes
    signature: SignatureBytes
    certificate: CertificateBytes


class DecisionRequest(_Request):
    """The pictures of the drawn poses, and what they are compared with."""

    nonce: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)]
    frames: Annotated[list[PictureBytes], Field(min_length=1, max_length=_MOST_POSES)]
    surface: SurfaceRequest


class DecisionAnswer(_Answer):
    """The permit goes into the reservation of the same challenge."""

    permit: str
    expires_at: Moment
