"""The issuer's word for a card's face: a certified key, and its signature over three digests [card notes 5, 8.7]."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kaijo.card import tlv
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.reset.face_ports import SignedSurface, TrustedPhoto
from kaijo.service.trust.reading import EXPONENT, KEY_BITS

# DigestInfo of SHA-256 around 96 bytes, three digests in one [card notes 5].
_THREE_DIGESTS: Final = bytes.fromhex("3071300D060960864801650304020105000460")
_KEY_ID: Final = 16
_HOLDER: Final = (0xDF22, 0xDF23, 0xDF24)
_PHOTO: Final = (0xDF27,)


class SurfaceSignatures:
    """Believes faces whose signing key one of the `authorities` certified; the port `SurfaceTrust`.

    Raises ServiceTrouble `trust.bad-authority` for a weak key among them, or for none.
    """

    def __init__(self, authorities: Sequence[RSAPublicKey]) -> None:
        if not authorities or not all(_is_strong(key) for key in authorities):
            raise ServiceTrouble("trust.bad-authority", certificate="certificate.surface")
        self._authorities = tuple(authorities)

    def check(self, surface: SignedSurface) -> TrustedPhoto:
        """Return the photo and the card key that stand under one signature. Raises Refused `face.photo-unsigned`."""
        try:
            _require_signed(self._signer(surface.certificate), surface)
            card_key = _key(_objects(surface.holder, _HOLDER)[2])
            photo = _objects(surface.photo, _PHOTO)[0]
        except (KaijoError, InvalidSignature, ValueError) as unsound:
            raise Refused("face.photo-unsigned") from unsound
        spki = card_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return TrustedPhoto(photo, sha256(spki).digest())

    def _signer(self, certificate: bytes) -> RSAPublicKey:
        body, signature = _objects(_objects(certificate, (0x7F21,))[0], (0x5F4E, 0x5F37))
        if not any(_signed(authority, body, signature) for authority in self._authorities):
            raise InvalidSignature
        return _key(body[2 * _KEY_ID :])


def _require_signed(signer: RSAPublicKey, surface: SignedSurface) -> None:
    digests = sha256(surface.holder).digest() + surface.printed_sha256 + sha256(surface.photo).digest()
    if signer.recover_data_from_signature(surface.signature, PKCS1v15(), None) != _THREE_DIGESTS + digests:
        raise InvalidSignature


def _objects(raw: bytes, tags: tuple[int, ...]) -> list[bytes]:
    """Return the values of objects that are exactly these, in this order and in the form that was signed."""
    found = list(tlv.parse(raw))
    if tuple(item.tag for item in found) != tags or b"".join(tlv.encode(one.tag, one.value) for one in found) != raw:
        raise ValueError
    return [item.value for item in found]


def _key(raw: bytes) -> RSAPublicKey:
    exponent, modulus = _objects(raw, (0x90, 0x91))
    key = RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()
    if not _is_strong(key):
        raise ValueError
    return key


def _is_strong(key: RSAPublicKey) -> bool:
    return key.key_size >= KEY_BITS and key.public_numbers().e >= EXPONENT


def _signed(authority: RSAPublicKey, body: bytes, signature: bytes) -> bool:
    try:
        authority.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
