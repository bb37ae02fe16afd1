"""What is trusted, and what is done with a keychain, on one in memory."""

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest
from keyring.backend import KeyringBackend

from kaijo.errors import GuardRefused, Refused
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import entry
from kaijo.keep.keychain import SERVICE, held, is_trusted, keychain, put, restore
from tests.support.keychains import InMemory


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


def values(backend: InMemory) -> dict[str, str]:
    assert {service for service, _ in backend.kept} == {SERVICE}
    return {place: pin for (_, place), pin in backend.kept.items()}


def test_pin_is_kept_and_a_former_one_replaced_and_put_back() -> None:
    backend, place = InMemory(), "My Number Card signature"
    told = [put(backend, entry(PinKind.SIGNATURE, pin, "ja")) for pin in ("KATEMO7294", "katemo7294", "TANUSE7292")]
    assert told == [False, False, True]
    for now, former in (("TANUSE7292", "KATEMO7294"), ("KATEMO7294", "TANUSE7292"), ("TANUSE7292", "KATEMO7294")):
        assert values(backend) == {place: now, f"{place}, former": former}
        restore(backend, PinKind.SIGNATURE, "")


def test_cards_of_a_family_stand_beside_each_other() -> None:
    backend = InMemory()
    for name, pin in (("", "8642"), ("母", "9753"), ("child", "1986")):
        assert not put(backend, entry(PinKind.RESIDENT, pin, "ja", name))
    assert values(backend) == {
        "My Number Card resident": "8642",
        "My Number Card (母) resident": "9753",
        "My Number Card (child) resident": "1986",
    }
    assert [held(backend, PinKind.RESIDENT, name) for name in ("", "母", "父")] == [True, True, False]


def test_what_was_never_replaced_is_not_put_back() -> None:
    backend = InMemory()
    put(backend, entry(PinKind.RESIDENT, "8642", "ja", "母"))
    with pytest.raises(Refused) as caught:
        restore(backend, PinKind.RESIDENT, "母")
    assert (caught.value.code, values(backend)) == ("keep.nothing-to-undo", {"My Number Card (母) resident": "8642"})


@pytest.mark.parametrize("backend", [InMemory(sealed=True), InMemory(forgets=True)])
def test_keychain_that_does_not_keep_is_told(backend: InMemory) -> None:
    with pytest.raises(GuardRefused) as caught:
        put(backend, entry(PinKind.RESIDENT, "8642", "ja"))
    assert caught.value.code == "keep.keychain-refused"
