"""Cases of bytes that are no certificate, or not only one."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .cases import OURS, Case
from .pki import DAY, NOT_BEFORE, certificate, revocation_list
from .remaking import remade


def _unused_bit() -> bytes:
    """Return a certificate that calls its signature's last bit unused: other bytes, the same signature."""
    serial = 1
    while (der := certificate(serial=serial))[-1] & 1:
        serial += 1
    return der[:-257] + b"\x01" + der[-256:]


def _version_1() -> bytes:
    def change(signed: Any) -> None:
        signed["version"] = "v1"
        del signed["extensions"]

    return remade(certificate(), change)


def _one_extension_twice() -> bytes:
    def change(signed: Any) -> None:
        signed["extensions"].append(signed["extensions"][0].copy())

    return remade(certificate(), change)


def serial_zero() -> bytes:
    def change(signed: Any) -> None:
        signed["serial_number"] = 0

    return remade(certificate(), change)


def _ends_before_it_begins() -> bytes:
    def change(signed: Any) -> None:
        signed["validity"]["not_after"].chosen.set(NOT_BEFORE - DAY)

    return remade(certificate(), change)


def _text_form() -> bytes:
    return x509.load_der_x509_certificate(certificate()).public_bytes(Encoding.PEM)


def _indefinite_length() -> bytes:
    return b"\x30\x80" + certificate()[4:] + b"\x00\x00"


def _malformed(name: str, made: Any, incomparable: str = "") -> Case:
    return Case(name, "trust.malformed", made, incomparable=incomparable)


CASES = [
    _malformed("nothing", lambda: b""),
    _malformed("no certificate", lambda: b"\x30\x03\x02\x01\x01"),
    _malformed("a list instead", revocation_list),
    _malformed("cut short", lambda: certificate()[:-1]),
    _malformed("a byte too many", lambda: certificate() + b"\x00", "OpenSSL stops reading where the certificate ends"),
    _malformed("text form", _text_form, "OpenSSL reads both forms"),
    _malformed("indefinite length", _indefinite_length, "OpenSSL reads BER"),
    _malformed("first version of certificates", _version_1),
    _malformed("one extension twice", _one_extension_twice),
    _malformed("serial number zero", serial_zero, OURS),
    _malformed("ends before it begins", _ends_before_it_begins),
    _malformed("unused bit in the signature", _unused_bit, OURS),
]
