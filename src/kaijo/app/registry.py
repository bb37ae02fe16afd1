"""The practice issuer's register as the port that the service asks."""

from kaijo.reset.ports import CertificateRecord, RegisteredCard
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.register import IssuedCertificate


class PracticeRegistry:
    """Answers `reset.ports.Registry`."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def find(self, authentication_certificate: bytes) -> RegisteredCard | None:
        """Return the card that carries this certificate (DER)."""
        card = self._issuer.find(authentication_certificate)
        if card is None:
            return None
        signature = _record(card.signature) if card.signature else None
        return RegisteredCard(card.card_id, signature, _record(card.authentication), card.surface_spki_sha256)


def _record(issued: IssuedCertificate) -> "CertificateRecord":
    return CertificateRecord(
        serial=issued.serial,
        sha256=issued.sha256,
        spki_sha256=issued.spki_sha256,
        not_before=issued.not_before,
        not_after=issued.not_after,
        revoked_at=issued.revocation.at if issued.revocation else None,
    )
