"""The JPKI application of a new card [card notes 3]."""

from cryptography.hazmat.primitives.serialization import Encoding

from kaijo.card.files import Jpki
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.hierarchy import Hierarchy, private_key_der
from kaijo.virtualcard.image import Directory, File, Key, Pin
from kaijo.virtualcard.material import CardCertificates, CardKeys

CERTIFICATE_FILE_SIZE = 2048
_LABEL = "JPKIAPICCTOKEN2"
_MODEL = "KAIJO-VIRTUAL-01"
_MANUFACTURER = 1
# CKF_RNG, CKF_LOGIN_REQUIRED, CKF_USER_PIN_INITIALIZED, CKF_TOKEN_INITIALIZED [PKCS #11].
_FLAGS = 0x0000040D
_LONGEST_PIN, _SHORTEST_PIN = 16, 6
_EXISTS, _ABSENT = 0x8F, 0x00


def jpki_directory(
    hierarchy: Hierarchy,
    keys: CardKeys,
    certificates: CardCertificates,
    *,
    serial: str,
    signature_pin: Pin,
    authentication_pin: Pin,
) -> Directory:
    """Return the application. A card without signature certificate has an empty file and no key in its place."""
    signature = certificates.signature
    held: dict[int, Key] = {
        Jpki.AUTHENTICATION_KEY: Key(private_key_der(keys.authentication), frozenset({Jpki.AUTHENTICATION_PIN}))
    }
    if keys.signature is not None:
        held[Jpki.SIGNATURE_KEY] = Key(private_key_der(keys.signature), frozenset({Jpki.SIGNATURE_PIN}))
    authorities = {
        kind: authority.certificate.public_bytes(Encoding.DER) for kind, authority in hierarchy.authorities.items()
    }
    return Directory(
        files={
            Jpki.SIGNATURE_CERTIFICATE: File(
                filled(b"" if signature is None else signature.public_bytes(Encoding.DER)),
                opened_by=frozenset({Jpki.SIGNATURE_PIN}),
            ),
            Jpki.SIGNATURE_CA_CERTIFICATE: File(filled(authorities[PinKind.SIGNATURE])),
            Jpki.TOKEN_INFO: File(token_info(serial)),
            Jpki.CERTIFICATE_AVAILABILITY: File(availability(signature=signature is not None)),
            Jpki.AUTHENTICATION_CERTIFICATE: File(filled(certificates.authentication.public_bytes(Encoding.DER))),
            Jpki.AUTHENTICATION_CA_CERTIFICATE: File(filled(authorities[PinKind.AUTHENTICATION])),
        },
        pins={Jpki.SIGNATURE_PIN: signature_pin, Jpki.AUTHENTICATION_PIN: authentication_pin},
        keys=held,
    )


def availability(*, signature: bool) -> bytes:
    """Return the three bytes that say which certificates exist [card notes 3]."""
    return bytes((_EXISTS if signature else _ABSENT, _EXISTS, 0))


def token_info(serial: str) -> bytes:
    """Return the 160 bytes of token information: CK_TOKEN_INFO, numbers big-endian. `serial` is 15 digits."""
    unavailable, unlimited = b"\xff" * 4, bytes(4)
    return b"".join(
        (
            _LABEL.ljust(32).encode(),
            f"{_MANUFACTURER:032d}".encode(),
            _MODEL.ljust(16).encode(),
            serial.rjust(16, "0").encode(),
            _FLAGS.to_bytes(4),
            unlimited * 4,
            _LONGEST_PIN.to_bytes(4),
            _SHORTEST_PIN.to_bytes(4),
            unavailable * 4,
            b"0301",
            b"9" * 16,
        )
    )


def filled(content: bytes, size: int = CERTIFICATE_FILE_SIZE) -> bytes:
    """Return the content with filler up to the size of its file."""
    return content.ljust(size, b"\xff")
