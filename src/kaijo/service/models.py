"""What goes over the wire. Nothing unknown is accepted and nothing is longer than it can rightly be."""

import base64
from enum import Enum
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from kaijo.clock import JST
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.reset.policy import FaceRule
from kaijo.reset.states import ReservationState, SessionState

_CERTIFICATE: Final = 8192
_SIGNATURE: Final = 1024
_APDU: Final = 1024


def from_base64(value: object) -> bytes:
    """Return the bytes that a base64 text spells. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("base64 text is needed")  # noqa: TRY004 -- pydantic turns ValueError into a refusal
    return base64.b64decode(value, validate=True)


def _from_hex(value: object) -> bytes:
    if not isinstance(value, str) or not value.isascii() or not value.isalnum():
        raise ValueError("hexadecimal text is needed")
    return bytes.fromhex(value)


def _hex_schema(size: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": "^([0-9A-Fa-f]{2})+$", "maxLength": 2 * size})


def base64_schema(size: int) -> WithJsonSchema:
    """Return the schema of up to `size` bytes in base64."""
    longest = 4 * -(-size // 3)
    return WithJsonSchema(
        {"type": "string", "contentEncoding": "base64", "minLength": 4, "maxLength": longest, "format": "byte"}
    )


CertificateBytes = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=1, max_length=_CERTIFICATE), base64_schema(_CERTIFICATE)
]
SignatureBytes = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=1, max_length=_SIGNATURE), base64_schema(_SIGNATURE)
]
CardBytes = Annotated[bytes, BeforeValidator(_from_hex), Field(min_length=1, max_length=_APDU), _hex_schema(_APDU)]
Base64Text = Annotated[str, Field(description="base64")]
HexText = Annotated[str, Field(description="hexadecimal, lower case")]
Moment = Annotated[AwareDatetime, PlainSerializer(lambda moment: moment.astimezone(JST).isoformat(), return_type=str)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReservePurpose(Enum):
    """What a challenge can be asked for; the kiosk's comes with its session."""

    RESERVE = "reserve"


class ChallengeRequest(_Request):
    """Ask for a challenge."""

    purpose: ReservePurpose
    kind: PinKind


class ChallengeAnswer(_Answer):
    """`message` is exactly what the card signs: sha256WithRSAEncryption, PKCS#1 v1.5."""

    challenge_id: str
    message: Base64Text
    expires_at: Moment


class ReservationRequest(_Request):
    """An answered challenge: certificates in DER, and the signature that the proof PIN opened the key for.

    `face` is the permit of a face check of the same challenge.
    """

    challenge_id: Annotated[str, Field(pattern="^[0-9a-f]{1,64}$", max_length=64)]
    kind: PinKind
    authentication_certificate: CertificateBytes
    proof_certificate: CertificateBytes
    signature: SignatureBytes
    face: Annotated[str, Field(pattern="^[0-9a-f]{64}[.][0-9a-f]{32}$", max_length=97)] | None = None


class ReservationAnswer(_Answer):
    """`replaced` says that an older reservation gave way; `chains` are those whose kiosks do this reset.

    `cancel_token` is for the phone alone: with it the reservation can be asked about, and cancelled.
    """

    reservation_id: HexText
    kind: PinKind
    made_at: Moment
    expires_at: Moment
    replaced: bool
    chains: list[Chain]
    cancel_token: HexText


class CancelRequest(_Request):
    """What the reservation's own phone asks with."""

    token: Annotated[str, Field(pattern="^[0-9a-f]{160}$", max_length=160)]


class ReservationStateAnswer(_Answer):
    """How a reservation stands. `used_at` is when the reset was known to have happened."""

    kind: PinKind
    state: ReservationState
    expires_at: Moment
    used_at: Moment | None = None


class SessionRequest(_Request):
    """A card lies at a kiosk. `reset_state` is its answer to READ RECEIPT, without the status word."""

    kiosk: Annotated[str, Field(min_length=1, max_length=64, pattern="^[!-~]+( [!-~]+)*$")]
    authentication_certificate: CertificateBytes
    reset_state: CardBytes | None = None


class SessionAnswer(_Answer):
    """`message` is exactly what the card signs with the proof PIN's key."""

    session_id: str
    kind: PinKind
    reservation_expires_at: Moment
    message: Base64Text
    expires_at: Moment


class ProofRequest(_Request):
    """The holder's proof at the kiosk."""

    proof_certificate: CertificateBytes
    signature: SignatureBytes


class RelayRequest(_Request):
    """The card's answer, status word included, to the command of that step."""

    step: Annotated[int, Field(ge=0, le=15, strict=True)]
    response: CardBytes


class RelayAnswer(_Answer):
    """Relaying: give `command` to the card as step `step`. Granted: the card will obey one reset."""

    state: Literal[SessionState.RELAYING, SessionState.GRANTED]
    step: int
    command: HexText | None = None


class ReceiptRequest(_Request):
    """The card's answer to the reset, without the status word."""

    receipt: CardBytes


class ReceiptAnswer(_Answer):
    """The reservation is used."""

    state: Literal[SessionState.COMPLETED] = SessionState.COMPLETED
    kind: PinKind
    completed_at: Moment


class ExtendRequest(_Request):
    """Somebody is still at the kiosk."""


class ExtendAnswer(_Answer):
    """When the session ends now."""

    expires_at: Moment


class EndRequest(_Request):
    """Nothing more is coming from the kiosk."""


class EndAnswer(_Answer):
    """Completed when the reset is known to have happened, else ended."""

    state: Literal[SessionState.COMPLETED, SessionState.ENDED]


class FaceRules(_Answer):
    """Whether a face is asked for, by PIN kind, and who judges it: a model's name, and whether it was evaluated."""

    signature: FaceRule
    authentication: FaceRule
    matcher: str | None
    evaluated: bool


class HealthAnswer(_Answer):
    """The service is up. `practice` says that it serves test cards only."""

    status: Literal["ok"] = "ok"
    time: Moment
    practice: bool
    version: str
    face: FaceRules


class MessageBody(_Answer):
    """What to tell a person, in one language."""

    title: str
    cause: str
    remedy: str


class Messages(_Answer):
    """The message in both languages."""

    ja: MessageBody
    en: MessageBody


class ErrorAnswer(_Answer):
    """Every failure: a code for programs, what fills it in, and sentences for people."""

    code: str
    data: dict[str, Any]
    messages: Messages


def text64(raw: bytes) -> str:
    """Return `raw` in base64."""
    return base64.b64encode(raw).decode("ascii")
