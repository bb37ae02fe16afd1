"""GnuTLS as a TLS client whose private key is a Python object: Python's own ssl takes no key that stays elsewhere.

Only what the test of client authentication needs. GnuTLS comes with Debian's poppler and is nobody's of ours.
"""

import ctypes
import socket
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_CLIENT, _CERTIFICATE_CREDENTIALS, _DER, _SHUT_RDWR = 1 << 1, 1, 0, 0
_RSA, _RSA_SHA256 = 1, 6
_ASKS_ALGORITHM, _ASKS_SUPPORT, _ASKS_BITS = 1, 1 << 2, 1 << 3
_FAILED = -46  # GNUTLS_E_PK_SIGN_FAILED
# RSA-PSS, which TLS 1.3 demands of RSA keys, is not in the card: 1.2 with PKCS #1 v1.5 is what it can.
_PRIORITY = b"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-SIGN-ALL:+SIGN-RSA-SHA256"


class _Datum(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_ubyte)), ("size", ctypes.c_uint)]


_P = ctypes.c_void_p
_SIGN = ctypes.CFUNCTYPE(
    ctypes.c_int, _P, ctypes.c_int, _P, ctypes.c_uint, ctypes.POINTER(_Datum), ctypes.POINTER(_Datum)
)
_INFO = ctypes.CFUNCTYPE(ctypes.c_int, _P, ctypes.c_uint, _P)


class TlsFailed(Exception):
    """GnuTLS said no."""


def fetch(
    port: int, path: str, chain: Sequence[x509.Certificate], sign: Callable[[bytes], bytes], key_bits: int = 2048
) -> str:
    """Return what the HTTPS server at a port of 127.0.0.1 answers to a client that shows `chain` and signs with `sign`.

    `sign` is given the DigestInfo of what CertificateVerify signs; GnuTLS tries the key
    once before it believes it. The server's certificate is not looked at.
    """
    library = _library()

    def call(name: str, *arguments: object) -> None:
        code = getattr(library, name)(*arguments)
        if code < 0:
            raise TlsFailed(name, library.gnutls_strerror(code).decode())

    @_SIGN  # type: ignore[untyped-decorator]
    def on_sign(_key: int, _algorithm: int, _data: int, _flags: int, message: object, signature: object) -> int:
        wanted, given = message[0], signature[0]  # type: ignore[index]
        try:
            made = sign(ctypes.string_at(wanted.data, wanted.size))
        except Exception:  # noqa: BLE001 -- no exception may pass through C
            return _FAILED
        given.data = ctypes.cast(_malloc(library)(len(made)), ctypes.POINTER(ctypes.c_ubyte))
        ctypes.memmove(given.data, made, len(made))
        given.size = len(made)
        return 0

    @_INFO  # type: ignore[untyped-decorator]
    def on_info(_key: int, asked: int, _data: int) -> int:
        if asked & _ASKS_SUPPORT:
            return int(asked >> 20 == _RSA_SHA256)
        if asked & _ASKS_BITS:
            return key_bits
        return _RSA if asked & _ASKS_ALGORITHM else -1

    key, credentials, session = _P(), _P(), _P()
    call("gnutls_privkey_init", ctypes.byref(key))
    call("gnutls_privkey_import_ext4", key, None, None, on_sign, None, None, on_info, 0)
    shown = (ctypes.c_ubyte * (64 * len(chain)))()  # room for gnutls_pcert_st, which is smaller
    size = _pcert_size(library, shown, chain)
    call("gnutls_certificate_allocate_credentials", ctypes.byref(credentials))
    call("gnutls_certificate_set_key", credentials, None, 0, shown, len(chain), key)
    call("gnutls_init", ctypes.byref(session), _CLIENT)
    call("gnutls_priority_set_direct", session, _PRIORITY, None)
    call("gnutls_credentials_set", session, _CERTIFICATE_CREDENTIALS, credentials)
    assert size
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setblocking(True)
        library.gnutls_transport_set_int2(session, connection.fileno(), connection.fileno())
        try:
            call("gnutls_handshake", session)
            request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
            call("gnutls_record_send", session, request, len(request))
            return _read(library, session)
        finally:
            library.gnutls_deinit(session)
            library.gnutls_certificate_free_credentials(credentials)


def _read(library: ctypes.CDLL, session: _P) -> str:
    whole, buffer = b"", ctypes.create_string_buffer(4096)
    while (count := library.gnutls_record_recv(session, buffer, len(buffer))) > 0:
        whole += buffer.raw[:count]
    return whole.decode()


def _pcert_size(library: ctypes.CDLL, place: object, chain: Sequence[x509.Certificate]) -> int:
    """Fill an array of gnutls_pcert_st {pubkey pointer, datum, int type}: 8 + 16 + 4, padded to 32 bytes."""
    size = 32
    for number, one in enumerate(chain):
        der = one.public_bytes(Encoding.DER)
        content = (ctypes.c_ubyte * len(der)).from_buffer_copy(der)
        datum = _Datum(ctypes.cast(content, ctypes.POINTER(ctypes.c_ubyte)), len(der))
        at = ctypes.c_void_p(ctypes.addressof(place) + number * size)  # type: ignore[arg-type]
        if library.gnutls_pcert_import_x509_raw(at, ctypes.byref(datum), _DER, 0) < 0:
            raise TlsFailed("gnutls_pcert_import_x509_raw")
    return size


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libgnutls.so.30")
    library.gnutls_strerror.restype = ctypes.c_char_p
    library.gnutls_record_send.argtypes = (_P, ctypes.c_char_p, ctypes.c_size_t)
    library.gnutls_record_send.restype = library.gnutls_record_recv.restype = ctypes.c_ssize_t
    library.gnutls_record_recv.argtypes = (_P, ctypes.c_char_p, ctypes.c_size_t)
    return library


def _malloc(library: ctypes.CDLL) -> Callable[[int], int]:
    """Return the allocator that GnuTLS will free with: it keeps a pointer to it in a variable."""
    kind = ctypes.CFUNCTYPE(_P, ctypes.c_size_t)
    return kind.in_dll(library, "gnutls_malloc")
