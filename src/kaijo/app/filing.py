"""The practice filing desk with its ports: receipts in a folder, certificates by the practice issuer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.cards import practice_issuer
from kaijo.app.folders import make_folder
from kaijo.app.signing import certificate_judge
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kaijo.virtualcard.issuer import Issuer

_DATABASE = "practice-receipts.sqlite3"


def filing_desk(data: Path, clock: Clock, issuer: "Issuer | None" = None) -> "ASGIApp":
    """Return the practice filing desk with its receipts in `data`, for the cards of this person's practice issuer.

    Another `issuer` may be given.

    Raises ServiceTrouble `signing.no-extra`, `filing.store-unusable`, and as the issuer.
    """
    import secrets

    try:
        from kaijo.filing.api import create_app
        from kaijo.filing.receipts import SqliteReceipts
        from kaijo.filing.records import Desk
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("signing.no-extra", module=missing.name or "") from None
    return create_app(
        Desk(
            store=SqliteReceipts(make_folder(data) / _DATABASE),
            judge=certificate_judge(clock, issuer=issuer),
            holders=PracticeHolders(issuer or practice_issuer(clock)),
            clock=clock,
            randomness=secrets.token_bytes,
        )
    )


class PracticeHolders:
    """Answers `filing.records.Holders` from the practice issuer's register."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    def holder(self, certificate: bytes, kind: PinKind) -> str | None:
        """Return a hash of the name of the card to which the certificate (DER) was given."""
        import hashlib

        card_id = self._issuer.owner(certificate, kind)
        return None if card_id is None else hashlib.sha256(b"filing" + card_id).hexdigest()[:32]


@contextmanager
def serving(app: "ASGIApp", port: int = 0) -> Iterator[str]:
    """Serve `app` on loopback in a thread while the block lasts, and give its address; port 0 takes any free one.

    Raises ServiceTrouble `service.port-in-use`.
    """
    from kaijo.service import server

    with server.serving(app, port=port) as url:
        yield url
