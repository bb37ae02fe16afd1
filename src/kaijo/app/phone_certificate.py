"""The practice issuer behind the certificates on the phone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kaijo.app.cards import practice_issuer
from kaijo.app.signing import certificate_judge
from kaijo.clock import Clock
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.virtualcard.issuer import Issuer


class PracticePhoneIssuer:
    """Answers `terminals.phone_certificate.PhoneIssuer`: certifies for whoever's card signed the phone's keys."""

    def __init__(self, clock: Clock, issuer: "Issuer | None" = None) -> None:
        self._clock = clock
        self._issuer = issuer or practice_issuer(clock)
        self._judge = certificate_judge(clock, issuer=self._issuer)

    def certify(
        self, certificate: bytes, message: bytes, signature: bytes, public_keys: Mapping[PinKind, bytes]
    ) -> Mapping[PinKind, bytes]:
        """Return the certificates. Raises Refused `phonecert.bad-proof`, as the judge and as the issuer."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.hashes import SHA256

        now = self._clock.now()
        self._judge.check(certificate, PinKind.SIGNATURE, now)
        key = x509.load_der_x509_certificate(certificate).public_key()
        card_id = self._issuer.owner(certificate, PinKind.SIGNATURE)
        whole = all(public in message for public in public_keys.values())
        if card_id is None or not whole or not isinstance(key, RSAPublicKey):
            raise Refused("phonecert.bad-proof")
        try:
            key.verify(signature, message, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Refused("phonecert.bad-proof") from None
        return self._issuer.certify_phone(card_id, public_keys, now)

    def require_holder(self, card: bytes, kind: PinKind, phone: bytes) -> None:
        """Let pass when card and phone are one person's. Raises Refused `phonecert.other-holder`."""
        holder = self._issuer.owner(card, kind)
        if holder is None or self._issuer.owner(phone, kind) != holder:
            raise Refused("phonecert.other-holder")
