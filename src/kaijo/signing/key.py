"""The card's key as `cryptography` knows keys: whatever library takes an RSA private key signs with the card."""

from typing import NoReturn, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, Hash, HashAlgorithm

from kaijo.card.jpki import SHA256_PREFIX, JpkiSession
from kaijo.errors import CardTrouble, UsageProblem
from kaijo.facts.pins import PinKind

_Algorithm = Prehashed | HashAlgorithm | NoDigestInfo


class CardPrivateKey(RSAPrivateKey):
    """A key that stays in the card. It makes RSASSA-PKCS1-v1_5 signatures with SHA-256, and nothing else.

    The PIN of `kind` must have been verified through the guard. Whatever the card cannot do raises UsageProblem
    `signing.not-by-card`; a signature raises as `JpkiSession.sign`, and CardTrouble `signing.bad-signature` when what
    the card gave does not fit its own certificate.
    """

    def __init__(self, session: JpkiSession, kind: PinKind, public_key: RSAPublicKey) -> None:
        self._session = session
        self._kind = kind
        self._public_key = public_key

    def sign(self, data: bytes, padding: AsymmetricPadding, algorithm: _Algorithm) -> bytes:
        """Return the card's signature over `data`.

        With Prehashed `data` is a SHA-256 digest, with NoDigestInfo the whole DigestInfo of one.
        """
        if not isinstance(padding, PKCS1v15):
            _refuse("padding")
        digest = _digest(data, algorithm)
        signature = self._session.sign(self._kind, SHA256_PREFIX + digest)
        try:
            self._public_key.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
        except InvalidSignature:
            raise CardTrouble("signing.bad-signature", kind=self._kind) from None
        return signature

    def public_key(self) -> RSAPublicKey:
        """Return the key of the certificate."""
        return self._public_key

    @property
    def key_size(self) -> int:
        """Return the size in bits."""
        return self._public_key.key_size

    def decrypt(self, ciphertext: bytes, padding: AsymmetricPadding) -> bytes:  # noqa: ARG002 -- the interface's
        """Refuse: the card's keys only sign."""
        _refuse("decrypt")

    def private_numbers(self) -> RSAPrivateNumbers:
        """Refuse: the key cannot leave the card."""
        _refuse("export")

    def private_bytes(
        self,
        encoding: serialization.Encoding,  # noqa: ARG002 -- the interface's
        format: serialization.PrivateFormat,  # noqa: A002, ARG002
        encryption_algorithm: serialization.KeySerializationEncryption,  # noqa: ARG002
    ) -> bytes:
        """Refuse: the key cannot leave the card."""
        _refuse("export")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


def _digest(data: bytes, algorithm: _Algorithm) -> bytes:
    if isinstance(algorithm, NoDigestInfo):  # a ready DigestInfo, as TLS libraries hand it over
        if len(data) != len(SHA256_PREFIX) + SHA256.digest_size or not data.startswith(SHA256_PREFIX):
            _refuse("digest")
        return data.removeprefix(SHA256_PREFIX)
    inner = algorithm._algorithm if isinstance(algorithm, Prehashed) else algorithm  # noqa: SLF001 -- no other way to ask
    if not isinstance(inner, SHA256):
        _refuse("digest")
    if isinstance(algorithm, Prehashed):
        if len(data) != SHA256.digest_size:
            _refuse("digest")
        return data
    hashing = Hash(SHA256())
    hashing.update(data)
    return hashing.finalize()


def _refuse(asked: str) -> NoReturn:
    raise UsageProblem("signing.not-by-card", asked=f"card-key.{asked}")
