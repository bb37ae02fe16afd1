"""The administration keys in a PKCS#11 token: masters and cards' keys stay in it, session keys and MACs come out.

The masters are AES-256 keys labelled `kaijo master N`, N the key version. A card's key is made inside the token: each
block of SP 800-108 with AES-CMAC ends in one AES encryption under the master, and CKM_AES_ECB_ENCRYPT_DATA keeps what
these give as a new key instead of handing it out. What is computed out here for it, chaining values and padding, is no
key. So a token gives the very values that a key file with the same masters gives.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, Session

from kaijo.card.administration import RECEIPT_KEY_LABEL
from kaijo.errors import ServiceTrouble, UsageProblem
from kaijo.securechannel.keys import BLOCK, SessionKeys
from kaijo.service.keyfile import FIRST_VERSION, KEY_SIZE, LAST_VERSION

_Key = Any  # what a key can do the binding finds out at run time
_CHECK_SIZE: Final = 3
_LABEL: Final = re.compile(r"kaijo master ([1-9][0-9]{0,2})")
_BITS: Final = 8 * KEY_SIZE
_BLOCKS: Final = (1, 2)  # of 16 bytes each make a key of 32
_KEPT_IN: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
# Derivation constants of the three session keys [GPC Amendment D 4.1.5, Table 4-1].
_SESSION_ENC: Final = 0x04
_SESSION_MAC: Final = 0x06
_SESSION_RMAC: Final = 0x07


class TokenCardKeys:
    """Derives every card's keys inside a token; any thread may ask, one at a time is served.

    Raises ServiceTrouble `keys.no-token` (module, token), `keys.wrong-token-pin`, `keys.no-master` (token), and here
    as in every call `keys.token-trouble` (reason). A wrong PIN is tried once and never again.
    """

    at_hand = False

    def __init__(self, module: str, token: str, pin: str) -> None:
        self._module, self._token, self._pin = module, token, pin
        # The binding opens the token's library for one thread at a time [PKCS #11 5.4, C_Initialize without arguments].
        self._lock = Lock()
        self._found: dict[int, _Key] | None = None
        with self._masters() as masters:
            self.versions = tuple(sorted(masters, reverse=True))
        if not self.versions:
            raise ServiceTrouble("keys.no-master", token=token)

    def session_keys(
        self, card_id: bytes, host_challenge: bytes, card_challenge: bytes, version: int = FIRST_VERSION
    ) -> SessionKeys:
        """Return the keys of one SCP03 session with that card. Raises ServiceTrouble `keys.unknown-version`."""
        context = host_challenge + card_challenge
        with self._card_key(card_id, "kaijo scp03 enc", version) as key:
            enc = _session_key(key, _SESSION_ENC, context)
        with self._card_key(card_id, "kaijo scp03 mac", version) as key:
            mac, rmac = (_session_key(key, constant, context) for constant in (_SESSION_MAC, _SESSION_RMAC))
        return SessionKeys(enc, mac, rmac)

    def receipt_mac(self, card_id: bytes, message: bytes, version: int = FIRST_VERSION) -> bytes:
        """Return AES-CMAC (16 bytes) over `message` under that card's receipt key. Raises as `session_keys`."""
        with self._card_key(card_id, RECEIPT_KEY_LABEL, version) as key:
            return _mac(key, message)

    def check_values(self) -> Mapping[int, str]:
        """Return what each version is compared by: three bytes that say nothing of the key [GPC B.5]."""
        with self._masters() as masters:
            return {
                version: _encrypt(masters[version], b"\x01" * BLOCK)[:_CHECK_SIZE].hex() for version in sorted(masters)
            }

    @contextmanager
    def _card_key(self, card_id: bytes, label: str, version: int) -> Iterator[_Key]:
        with self._masters() as masters:
            if version not in masters:
                raise ServiceTrouble("keys.unknown-version", version=version)
            master = masters[version]
            fixed = label.encode() + b"\x00" + card_id + _BITS.to_bytes(4)
            key = master.derive_key(
                KeyType.AES,
                _BITS,
                capabilities=MechanismFlag.SIGN,
                mechanism=Mechanism.AES_ECB_ENCRYPT_DATA,
                mechanism_param=b"".join(_last_input(master, number.to_bytes(4) + fixed) for number in _BLOCKS),
                template=_KEPT_IN,
            )
            try:
                yield key
            finally:
                key.destroy()

    @contextmanager
    def _masters(self) -> Iterator[Mapping[int, _Key]]:
        with self._lock, _translated():
            try:
                if self._found is None:
                    self._found = _find_masters(_open(self._module, self._token, self._pin))
                yield self._found
            except pkcs11.PKCS11Error:
                # The next call begins with a new session: a token that was away may be back.
                self._found = None
                raise


def make_master(module: str, token: str, pin: str, *, first: bool) -> int:
    """Let the token make the first master, or that of the next version, and return its version.

    Raises as `TokenCardKeys`, and UsageProblem `keys.exists` (path), `keys.too-many-versions` (most).
    """
    with _translated(), _open(module, token, pin, write=True) as session:
        found = _find_masters(session)
        if first and found:
            raise UsageProblem("keys.exists", path=token)
        if not first and not found:
            raise ServiceTrouble("keys.no-master", token=token)
        version = max(found, default=FIRST_VERSION - 1) + 1
        if version > LAST_VERSION:
            raise UsageProblem("keys.too-many-versions", most=LAST_VERSION)
        session.generate_key(
            KeyType.AES,
            _BITS,
            label=f"kaijo master {version}",
            store=True,
            capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DERIVE,
            template=_KEPT_IN,
        )
        return version


def _open(module: str, token: str, pin: str, *, write: bool = False) -> Session:
    try:
        found = pkcs11.lib(module).get_token(token_label=token)
    except (pkcs11.PKCS11Error, OSError, RuntimeError):
        raise ServiceTrouble("keys.no-token", module=module, token=token) from None
    try:
        return found.open(rw=write, user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:  # a login holds for all sessions of a process
        return found.open(rw=write)


def _find_masters(session: Session) -> dict[int, _Key]:
    wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES, Attribute.TOKEN: True}
    keys: list[_Key] = list(session.get_objects(wanted))
    named = ((_LABEL.fullmatch(key.label or ""), key) for key in keys)
    return {int(label[1]): key for label, key in named if label}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinLenRange, pkcs11.PinInvalid):
        raise ServiceTrouble("keys.wrong-token-pin") from None
    except pkcs11.PKCS11Error as error:
        raise ServiceTrouble("keys.token-trouble", reason=type(error).__name__) from None


def _session_key(key: _Key, constant: int, context: bytes) -> bytes:
    before = bytes(11) + bytes((constant, 0)) + _BITS.to_bytes(2)
    return b"".join(_mac(key, before + bytes((number,)) + context) for number in _BLOCKS)


def _mac(key: _Key, message: bytes) -> bytes:
    return bytes(key.sign(message, mechanism=Mechanism.AES_CMAC))


def _last_input(master: _Key, message: bytes) -> bytes:
    """Return the block whose encryption under `master` is AES-CMAC of `message` [RFC 4493 2.4]."""
    first = _doubled(_encrypt(master, bytes(BLOCK)))
    cut = (len(message) - 1) // BLOCK * BLOCK
    chain, last = bytes(BLOCK), message[cut:]
    for at in range(0, cut, BLOCK):
        chain = _encrypt(master, _xor(chain, message[at : at + BLOCK]))
    if len(last) == BLOCK:
        return _xor(chain, _xor(last, first))
    return _xor(chain, _xor((last + b"\x80").ljust(BLOCK, b"\x00"), _doubled(first)))


def _encrypt(master: _Key, block: bytes) -> bytes:
    return bytes(master.encrypt(block, mechanism=Mechanism.AES_ECB))


def _doubled(block: bytes) -> bytes:
    """Return the block times x in the field of CMAC's subkeys [RFC 4493 2.3]."""
    number = int.from_bytes(block) << 1
    return (number ^ (1 << 8 * BLOCK | 0x87 if number >> 8 * BLOCK else 0)).to_bytes(BLOCK)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
