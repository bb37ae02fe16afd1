"""Signatures by the card's keys: COMPUTE DIGITAL SIGNATURE, INTERNAL AUTHENTICATE [card notes 8.5, 8.6]."""

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.card.apdu import Command, Response
from kaijo.card.files import Application, Common
from kaijo.virtualcard.answers import Refusal, Sw, answer, require
from kaijo.virtualcard.chip import Chip

_DEFAULT_KEY = 0x00
_WITH_DEFAULT_KEY = frozenset({Application.SURFACE, Application.ATTRIBUTES})
_VERBATIM = range(1, 246)
_MESSAGE = range(1, 256)
_DIGEST = range(32, 33)


def _verbatim(key: RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(data, PKCS1v15(), NoDigestInfo())


def _bare_digest(key: RSAPrivateKey, message: bytes) -> bytes:
    return _verbatim(key, hashlib.sha256(message).digest())


def _digest(key: RSAPrivateKey, digest: bytes) -> bytes:
    return key.sign(digest, PKCS1v15(), Prehashed(SHA256()))


def _message(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PKCS1v15(), SHA256())


def _digest_pss(key: RSAPrivateKey, digest: bytes) -> bytes:
    return key.sign(digest, PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), Prehashed(SHA256()))


def _message_pss(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), SHA256())


_SCHEMES: dict[int, tuple[range, Callable[[RSAPrivateKey, bytes], bytes]]] = {
    0: (_VERBATIM, _verbatim),
    1: (_MESSAGE, _bare_digest),
    2: (_DIGEST, _digest),
    3: (_MESSAGE, _message),
    4: (_DIGEST, _digest_pss),
    5: (_MESSAGE, _message_pss),
}


def compute_signature(chip: Chip, command: Command) -> Response:
    """Answer COMPUTE DIGITAL SIGNATURE: P1 names the scheme, P2 the key [card notes 8.5]."""
    require(command.p1 in _SCHEMES, Sw.WRONG_PARAMETERS)
    sizes, scheme = _SCHEMES[command.p1]
    require(len(command.data) in sizes, Sw.WRONG_LENGTH)
    file = _signing_key(chip, command.p2)
    require(chip.allows(chip.directory.keys[file].opened_by), Sw.SECURITY_STATUS)
    return _signed(chip, command, file, scheme)


def _signing_key(chip: Chip, parameter: int) -> int:
    keys = chip.directory.keys
    if parameter == _DEFAULT_KEY:
        # The file ids of these keys are not public in the surface application; each application has one.
        if chip.volatile.selected not in _WITH_DEFAULT_KEY or len(keys) != 1:
            raise Refusal(Sw.REFERENCE_NOT_FOUND)
        return next(iter(keys))
    file = chip.addressed(parameter, Sw.REFERENCE_NOT_FOUND)
    require(file in keys, Sw.CONDITIONS)
    return file


def internal_authenticate(chip: Chip, command: Command) -> Response:
    """Answer INTERNAL AUTHENTICATE: only the common application's key 0019 does it, without any PIN."""
    require(command.p1 == 0, Sw.WRONG_PARAMETERS)
    require(len(command.data) in _MESSAGE, Sw.WRONG_LENGTH)
    file = chip.addressed(command.p2, Sw.REFERENCE_NOT_FOUND)
    require(file in chip.directory.keys, Sw.CONDITIONS)
    in_common = chip.volatile.selected is Application.COMMON
    require(in_common and file == Common.INTERNAL_AUTHENTICATION_KEY, Sw.SECURITY_STATUS)
    return _signed(chip, command, file, _message)


def _signed(chip: Chip, command: Command, file: int, scheme: Callable[[RSAPrivateKey, bytes], bytes]) -> Response:
    key = chip.private_key(file)
    require(command.le >= key.key_size // 8, Sw.WRONG_LENGTH)
    return answer(Sw.OK, scheme(key, command.data))
