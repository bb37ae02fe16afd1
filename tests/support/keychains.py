"""Keychains by keyring's own interface: no desktop, no keychain, on a test machine."""

from keyring.backend import KeyringBackend
from keyring.backends import SecretService
from keyring.errors import PasswordSetError


class InMemory(KeyringBackend):
    """A backend that nobody trusts. `sealed` refuses, `forgets` says yes and keeps nothing."""

    def __init__(self, *, sealed: bool = False, forgets: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self._sealed, self._forgets = sealed, forgets

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        if self._sealed:
            raise PasswordSetError
        if not self._forgets:
            self.kept[service, username] = password


class Trusted(InMemory):
    """The same with the name of a system's keychain."""


Trusted.__module__ = SecretService.__name__
