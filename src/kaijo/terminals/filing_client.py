"""The practice filing desk as whoever files sees it: its HTTP API, and the two acts with the card."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from kaijo.errors import ServiceTrouble
from kaijo.facts.filing import ReturnKind
from kaijo.signing.form import Form
from kaijo.signing.unlock import SigningKey
from kaijo.terminals.client import ServiceClient, field_bytes, field_text, field_time

_NAMESPACE = "urn:kaijo:practice:return:1"


@dataclass(frozen=True, slots=True)
class PracticeReturn:
    """What a practice return states: the income year, what is filed, and yen."""

    year: int
    kind: ReturnKind
    revenue: int
    expenses: int
    tax: int

    def xml(self) -> bytes:
        """Return it as the desk's schema wants it, unsigned."""
        fields = {
            "year": self.year,
            "kind": self.kind.value,
            "revenue": self.revenue,
            "expenses": self.expenses,
            "income": self.revenue - self.expenses,
            "tax": self.tax,
        }
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        return f'<practice-return xmlns="{_NAMESPACE}">{inner}</practice-return>'.encode()


@dataclass(frozen=True, slots=True)
class DeskState:
    """Whether the desk is open, and when what counts is over."""

    now: datetime
    open: bool
    opens_at: datetime
    due_before: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in at the desk."""

    token: str = field(repr=False)
    expires_at: datetime
    certificate_ends: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice of receipt; `number` is None for a rehearsal."""

    number: str | None
    year: int
    recorded_at: datetime
    due_before: datetime
    in_time: bool
    replaces: str | None

    def as_dict(self) -> dict[str, object]:
        """Return the notice in JSON's types."""
        return {
            "practice": True,
            "number": self.number,
            "year": self.year,
            "recorded_at": self.recorded_at.isoformat(),
            "due_before": self.due_before.isoformat(),
            "in_time": self.in_time,
            "replaces": self.replaces,
        }


class FilingClient:
    """A connection to one practice desk. Raises as ServiceClient; every refusal comes out as the error it names."""

    def __init__(self, url: str, *, client: ServiceClient | None = None) -> None:
        self.url = url
        self._client = client or ServiceClient(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def state(self) -> DeskState:
        """Return whether the desk is open. Raises ServiceTrouble `filing.unreachable` where there is none."""
        try:
            told = self._client.health()
        except ServiceTrouble as trouble:
            if trouble.code != "service.unreachable":
                raise
            raise ServiceTrouble("filing.unreachable", url=self.url) from None
        return DeskState(
            field_time(told, "time"),
            told.get("open") is True,
            field_time(told, "opens_at"),
            field_time(told, "due_before"),
        )

    def sign_in(self, key: SigningKey, *, rehearsal: bool = False) -> SignedIn:
        """Sign in with an unlocked authentication key: the challenge is asked for and signed at once.

        What is handed in after signing in for a rehearsal is judged and not recorded, at any hour.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding

        asked = self._client.call("POST", "/v1/challenges", {"rehearsal": rehearsal}, token="")
        signature = key.key.sign(field_bytes(asked, "message"), PKCS1v15(), SHA256())
        certificate = key.certificate.public_bytes(Encoding.DER)
        body = {
            "challenge_id": field_text(asked, "challenge_id"),
            "certificate": base64.b64encode(certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
        made = self._client.call("POST", "/v1/sessions", body, token="")
        return SignedIn(field_text(made, "token"), field_time(made, "expires_at"), field_time(made, "certificate_ends"))

    def submit(self, signed_in: SignedIn, document: bytes) -> Notice:
        """Hand in a signed return."""
        body = {"document": base64.b64encode(document).decode()}
        return _notice(self._client.call("POST", "/v1/returns", body, token=signed_in.token))

    def receipts(self, signed_in: SignedIn) -> list[Notice]:
        """Return every notice of receipt of whoever is signed in, oldest first."""
        told = self._client.call("GET", "/v1/receipts", token=signed_in.token).get("receipts")
        return [_notice(one) for one in told] if isinstance(told, list) else []


def sign_return(content: PracticeReturn, key: SigningKey, at: datetime) -> bytes:
    """Return the return signed inside itself with an unlocked signature key. Raises as `signing.making.sign`."""
    from kaijo.signing.making import sign

    return sign(content.xml(), Form.XADES, key, at)


def _notice(told: dict[str, Any]) -> Notice:
    number, replaces, year = told.get("number"), told.get("replaces"), told.get("year")
    if not isinstance(year, int):
        raise ServiceTrouble("service.out-of-contract", url="year", status=201)
    return Notice(
        number=str(number) if number is not None else None,
        year=year,
        recorded_at=field_time(told, "recorded_at"),
        due_before=field_time(told, "due_before"),
        in_time=told.get("in_time") is True,
        replaces=str(replaces) if replaces is not None else None,
    )
