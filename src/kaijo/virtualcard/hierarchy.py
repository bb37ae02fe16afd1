"""The keys of a practice issuer: both authorities, the card-verifiable hierarchy, the administration master."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.certificates import Authority, Validity, found_authority
from kaijo.virtualcard.verifiable import NamedKey, key_id

FORMAT = "kaijo-practice-issuer-1"
MASTER_SIZE = 32
# Wide, because a walk may be set to any time near today and cards are made to look years old. Our own choice.
_LIFE_BEFORE = timedelta(days=3653)
_LIFE_AFTER = timedelta(days=7305)
_CERTIFICATE_KINDS = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)


class Role(Enum):
    """What a key of the card-verifiable hierarchy is for. The 6000020 numbers are those of national test cards."""

    CARD_CA = "card-ca"
    CARD = "card"
    SURFACE_CA = "surface-ca"
    SURFACE = "surface"
    ATTRIBUTES_CA = "attributes-ca"
    ATTRIBUTES = "attributes"


# The signing keys carry a municipality's number on real cards; 99999 is none.
_KEY_IDS = {
    Role.CARD_CA: key_id("6000020"),
    Role.CARD: key_id("6000021"),
    Role.SURFACE_CA: key_id("6000023"),
    Role.SURFACE: key_id("9999921", "000"),
    Role.ATTRIBUTES_CA: key_id("6000033"),
    Role.ATTRIBUTES: key_id("9999931", "000"),
}


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Every key of one practice issuer. From `administration_master` (32 bytes) come the SCP03 keys of its cards."""

    authorities: Mapping[PinKind, Authority] = field(repr=False)
    keys: Mapping[Role, NamedKey] = field(repr=False)
    administration_master: bytes = field(repr=False)

    @classmethod
    def found(cls, now: datetime) -> Self:
        """Return a new hierarchy, its authorities valid from ten years before `now` to twenty after."""
        start = now.replace(microsecond=0)
        life = Validity(start - _LIFE_BEFORE, start + _LIFE_AFTER)
        return cls(
            authorities={kind: found_authority(kind, generate_key(), life) for kind in _CERTIFICATE_KINDS},
            keys={role: NamedKey(_KEY_IDS[role], generate_key()) for role in Role},
            administration_master=secrets.token_bytes(MASTER_SIZE),
        )

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that stand for this issuer: from the public keys of both authorities."""
        both = b"".join(public_key_der(self.authorities[kind].certificate.public_key()) for kind in _CERTIFICATE_KINDS)
        return sha256(both).hexdigest()[:16]

    def encode(self) -> bytes:
        """Return the hierarchy as it lies in its file: JSON with a checksum, keys as PKCS#8. Contains every secret."""
        content = {
            "authorities": {
                kind.value: {
                    "key": _base64(private_key_der(one.key)),
                    "certificate": _base64(one.certificate.public_bytes(Encoding.DER)),
                }
                for kind, one in self.authorities.items()
            },
            "keys": {role.value: _base64(private_key_der(named.key)) for role, named in self.keys.items()},
            "administration_master": self.administration_master.hex(),
        }
        return json.dumps({"format": FORMAT, "sha256": _checksum(content), "issuer": content}, indent=1).encode()

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Return the hierarchy that `raw` spells. Raises ValueError, KeyError or TypeError when it spells none."""
        row: dict[str, Any] = json.loads(raw)
        content = row["issuer"]
        if row["format"] != FORMAT or row["sha256"] != _checksum(content):
            raise ValueError
        return cls(
            authorities={kind: _authority(kind, content["authorities"][kind.value]) for kind in _CERTIFICATE_KINDS},
            keys={role: NamedKey(_KEY_IDS[role], _private_key(content["keys"][role.value])) for role in Role},
            administration_master=bytes.fromhex(content["administration_master"]),
        )


def generate_key() -> rsa.RSAPrivateKey:
    """Return a new RSA-2048 key."""
    return rsa.generate_private_key(65537, 2048)


def private_key_der(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PKCS#8 in DER, not encrypted."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_key_der(key: Any) -> bytes:
    """Return a public key as SubjectPublicKeyInfo in DER."""
    raw: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return raw


def _authority(kind: PinKind, row: dict[str, str]) -> Authority:
    return Authority(
        kind, _private_key(row["key"]), x509.load_der_x509_certificate(base64.b64decode(row["certificate"]))
    )


def _private_key(text: str) -> rsa.RSAPrivateKey:
    # The checksum has just proved that these are the keys we wrote; to prove the primes again costs 40 ms a key.
    key = load_der_private_key(base64.b64decode(text), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError
    return key


def _checksum(content: object) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
