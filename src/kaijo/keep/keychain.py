"""The system's keychain: macOS, Windows, Secret Service (GNOME), KWallet. No other store is trusted."""

from typing import TYPE_CHECKING

from kaijo.errors import GuardRefused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import Entry

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Kaijo"
_TRUSTED = {f"keyring.backends.{name}" for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")}
_ABSENT = "keyring.backends.fail"


def keychain() -> "KeyringBackend":
    """Return the system's keychain.

    Raises UsageProblem `keep.no-keyring` without the extra, GuardRefused `keep.no-keychain` when the system has none,
    `keep.untrusted-keychain` when what is set up is none of the four: it may write plain text, or nothing at all.
    """
    try:
        import keyring
    except ModuleNotFoundError:
        raise UsageProblem("keep.no-keyring") from None
    chosen = keyring.get_keyring()
    among: list[KeyringBackend] = getattr(chosen, "backends", None) or [chosen]  # a chain asks several in turn
    for backend in among:
        if is_trusted(backend):
            return backend
    name = type(chosen).__module__
    if name == _ABSENT:
        raise GuardRefused("keep.no-keychain")
    raise GuardRefused("keep.untrusted-keychain", name=name)


def is_trusted(backend: object) -> bool:
    """Return whether a backend is the system's own, and not one that writes plain text or forgets."""
    return type(backend).__module__ in _TRUSTED


def put(backend: "KeyringBackend", entry: Entry) -> bool:
    """Keep a PIN; return whether another value was replaced. Raises GuardRefused `keep.keychain-refused`."""
    from keyring.errors import KeyringError

    try:
        former = backend.get_password(SERVICE, _name(entry.kind))
        backend.set_password(SERVICE, _name(entry.kind), entry.pin)
        kept = backend.get_password(SERVICE, _name(entry.kind))
    except KeyringError:
        raise GuardRefused("keep.keychain-refused") from None
    if kept != entry.pin:
        raise GuardRefused("keep.keychain-refused")
    return former is not None and former != entry.pin


def _name(kind: PinKind) -> str:
    return f"My Number Card {kind.value}"
