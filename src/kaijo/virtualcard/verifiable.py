"""Card-verifiable certificates and signatures over card data: the hierarchy beside X.509 [card notes 8.7]."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from kaijo.card.tlv import encode

# DigestInfo of SHA-256 around 96 bytes, three digests in one: what the card face is signed with [card notes 5].
_THREE_DIGESTS = bytes.fromhex("3071300D060960864801650304020105000460")


def key_id(number: str, group: str = "001") -> bytes:
    """Return the 16-byte identifier of a key: seven digits, 08 05, three digits, padding."""
    return number.encode() + b"\x08\x05" + group.encode() + bytes(4)


@dataclass(frozen=True, slots=True)
class NamedKey:
    """An issuer's key and the identifier it has in card-verifiable certificates."""

    id: bytes
    key: RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        """Return the sha256WithRSAEncryption signature (256 bytes) over `data`."""
        return self.key.sign(data, PKCS1v15(), hashes.SHA256())

    def sign_three(self, digests: bytes) -> bytes:
        """Return the signature over three SHA-256 digests (96 bytes) in one DigestInfo."""
        return self.key.sign(_THREE_DIGESTS + digests, PKCS1v15(), NoDigestInfo())

    def certify(self, subject: "NamedKey") -> bytes:
        """Return the content of a card-verifiable certificate (7F21) for the subject's key, without the 7F21."""
        body = self.id + subject.id + public_key_objects(subject.key.public_key())
        return encode(0x5F4E, body) + encode(0x5F37, self.sign(body))


def public_key_objects(key: RSAPublicKey) -> bytes:
    """Return an RSA-2048 key as the card writes it: exponent (90) and modulus (91), 265 bytes."""
    numbers = key.public_numbers()
    return encode(0x90, numbers.e.to_bytes(3)) + encode(0x91, numbers.n.to_bytes(256))
