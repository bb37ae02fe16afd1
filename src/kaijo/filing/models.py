"""What goes over the wire to and from the practice desk. Nothing unknown is accepted; every answer says practice."""

import base64
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from kaijo.clock import JST
from kaijo.facts.desk import largest_return
from kaijo.facts.filing import ReturnKind
from kaijo.filing.records import Receipt

_CERTIFICATE: Final = 8192
_SIGNATURE: Final = 1024
_MOST_DOCUMENT: Final = 2 * largest_return()  # a little more than is taken, so that too much is told as such


def _from_base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("base64 text is needed")  # noqa: TRY004 -- pydantic turns ValueError into a refusal
    return base64.b64decode(value, validate=True)


def _schema(size: int) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "contentEncoding": "base64", "minLength": 4, "maxLength": 4 * -(-size // 3)}
    )


CertificateBytes = Annotated[
    bytes, BeforeValidator(_from_base64), Field(min_length=1, max_length=_CERTIFICATE), _schema(_CERTIFICATE)
]
SignatureBytes = Annotated[
    bytes, BeforeValidator(_from_base64), Field(min_length=1, max_length=_SIGNATURE), _schema(_SIGNATURE)
]
DocumentBytes = Annotated[
    bytes, BeforeValidator(_from_base64), Field(min_length=1, max_length=_MOST_DOCUMENT), _schema(_MOST_DOCUMENT)
]
Moment = Annotated[AwareDatetime, PlainSerializer(lambda moment: moment.astimezone(JST).isoformat(), return_type=str)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)

    practice: Literal[True] = Field(default=True, description="nothing here is filed with any authority")


class HealthAnswer(_Answer):
    """Whether the desk is open, and the deadline of this season."""

    state: Literal["ok"] = "ok"
    time: Moment
    open: bool
    opens_at: Moment
    deadline: str = Field(description="the last day of the income tax return, in Japan")
    due_before: Moment = Field(description="what is recorded from this instant on is late")


class ChallengeRequest(_Request):
    """Ask for a challenge; with `rehearsal` at any hour, and nothing handed in after it is recorded."""

    rehearsal: bool = False


class ChallengeAnswer(_Answer):
    """`message` is exactly what the authentication key signs: sha256WithRSAEncryption, PKCS #1 v1.5."""

    challenge_id: str
    message: str = Field(description="base64")
    expires_at: Moment


class SignInRequest(_Request):
    """The answered challenge."""

    challenge_id: str = Field(max_length=64)
    certificate: CertificateBytes
    signature: SignatureBytes


class SignInAnswer(_Answer):
    """The token goes into `Authorization: Bearer`."""

    token: str
    expires_at: Moment
    certificate_ends: Moment


class ReturnRequest(_Request):
    """A return, signed inside itself with the signature certificate (XML signature or XAdES)."""

    document: DocumentBytes


class ReceiptAnswer(_Answer):
    """The notice of receipt. A rehearsal has no number."""

    number: str | None
    year: int
    kind: ReturnKind
    sha256: str
    recorded_at: Moment
    due_before: Moment
    in_time: bool
    replaces: str | None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptAnswer":
        """Return the answer that tells a receipt."""
        return cls(
            number=receipt.number,
            year=receipt.year,
            kind=receipt.kind,
            sha256=receipt.sha256,
            recorded_at=receipt.recorded_at,
            due_before=receipt.due_before,
            in_time=receipt.in_time,
            replaces=receipt.replaces,
        )


class ReceiptsAnswer(_Answer):
    """Every receipt of whoever is signed in, oldest first; for each year the newest counts."""

    receipts: list[ReceiptAnswer]


class ErrorAnswer(_Answer):
    """Why not, and what to do. Decide by `code`."""

    code: str
    data: dict[str, Any]
    messages: dict[str, dict[str, str]]
