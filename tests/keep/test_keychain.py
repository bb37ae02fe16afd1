"""What is trusted, and what is done with a backend, on one in memory: no desktop, no keychain, on a test machine."""

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

from kaijo.errors import GuardRefused
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import entry
from kaijo.keep.keychain import SERVICE, is_trusted, keychain, put


class InMemory(KeyringBackend):
    """A backend by keyring's own interface. `sealed` refuses, `forgets` says yes and keeps nothing."""

    def __init__(self, *, sealed: bool = False, forgets: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self._sealed, self._forgets = sealed, forgets

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self._sealed:
            raise PasswordSetError
        if not self._forgets:
            self.kept[service, username] = password


def made(backend: type[KeyringBackend]) -> KeyringBackend:
    return backend()


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        (made(keyring.backends.fail.Keyring), "keep.no-keychain"),
        (made(keyring.backends.null.Keyring), "keep.untrusted-keychain"),
        (InMemory(), "keep.untrusted-keychain"),
    ],
)
def test_backend_that_is_no_keychain_is_refused(
    backend: KeyringBackend, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    with pytest.raises(GuardRefused) as caught:
        keychain()
    assert caught.value.code == code


def test_system_backend_is_trusted() -> None:
    assert is_trusted(made(keyring.backends.SecretService.Keyring))
    assert not is_trusted(made(keyring.backends.null.Keyring))


def test_pin_is_kept_and_a_former_one_replaced() -> None:
    backend = InMemory()
    told = [put(backend, entry(PinKind.SIGNATURE, pin, "ja")) for pin in ("KATEMO7294", "katemo7294", "TANUSE7292")]
    assert told == [False, False, True]
    assert backend.kept == {(SERVICE, "My Number Card signature"): "TANUSE7292"}


@pytest.mark.parametrize("backend", [InMemory(sealed=True), InMemory(forgets=True)])
def test_keychain_that_does_not_keep_is_told(backend: InMemory) -> None:
    with pytest.raises(GuardRefused) as caught:
        put(backend, entry(PinKind.RESIDENT, "8642", "ja"))
    assert caught.value.code == "keep.keychain-refused"
