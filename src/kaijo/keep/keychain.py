"""The system's keychain: macOS, Windows, Secret Service (GNOME), KWallet. No other store is trusted."""

from typing import TYPE_CHECKING

from kaijo.errors import GuardRefused, Refused, UsageProblem
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


def held(backend: "KeyringBackend", kind: PinKind, name: str) -> bool:
    """Return whether the keychain has a PIN of this card. Raises GuardRefused `keep.keychain-refused`."""
    return _read(backend, entry_name(kind, name)) is not None


def put(backend: "KeyringBackend", entry: Entry) -> bool:
    """Keep a PIN; return whether another value was replaced. That one stays beside it, for `restore`.

    Raises GuardRefused `keep.keychain-refused`.
    """
    place = entry_name(entry.kind, entry.name)
    former = _read(backend, place)
    replaced = former is not None and former != entry.pin
    if former is not None and replaced:
        _write(backend, _beside(place), former)
    _write(backend, place, entry.pin)
    return replaced


def restore(backend: "KeyringBackend", kind: PinKind, name: str) -> None:
    """Put back what `put` replaced last; what it put there stays beside it, so that a second time undoes the first.

    Raises Refused `keep.nothing-to-undo`, GuardRefused `keep.keychain-refused`.
    """
    place = entry_name(kind, name)
    former, now = _read(backend, _beside(place)), _read(backend, place)
    if former is None or now is None:
        raise Refused("keep.nothing-to-undo", entry=place)
    _write(backend, _beside(place), now)
    _write(backend, place, former)


def entry_name(kind: PinKind, name: str) -> str:
    """Return under what name a PIN of a card stands in the keychain."""
    return f"My Number Card ({name}) {kind.value}" if name else f"My Number Card {kind.value}"


def _beside(place: str) -> str:
    return f"{place}, former"


def _read(backend: "KeyringBackend", place: str) -> str | None:
    from keyring.errors import KeyringError

    try:
        return backend.get_password(SERVICE, place)
    except KeyringError:
        raise GuardRefused("keep.keychain-refused") from None


def _write(backend: "KeyringBackend", place: str, pin: str) -> None:
    from keyring.errors import KeyringError

    try:
        backend.set_password(SERVICE, place, pin)
    except KeyringError:
        raise GuardRefused("keep.keychain-refused") from None
    if _read(backend, place) != pin:
        raise GuardRefused("keep.keychain-refused")
