import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kaijo.errors import ServiceTrouble
from kaijo.reset.counter.passwords import matches, protect

SALT = bytes(range(16))
KEPT = protect("words of mine", SALT)


def test_password_matches_what_was_made_of_it_and_nothing_else() -> None:
    assert matches("words of mine", KEPT)
    assert [matches(other, KEPT) for other in ("words of mind", "", "Words of mine", "words of mine ")] == [False] * 4


def test_hash_is_what_another_scrypt_makes() -> None:
    name, cost, block, parallel, salt, hashed = KEPT.split("$")
    assert (name, cost, block, parallel, salt) == ("scrypt", "16384", "8", "1", SALT.hex())
    other = Scrypt(salt=SALT, length=32, n=2**14, r=8, p=1)
    assert other.derive(b"words of mine").hex() == hashed


def test_nobody_has_no_password() -> None:
    assert [matches(typed, "") for typed in ("", "words of mine")] == [False, False]


def test_password_may_hold_anything_that_is_text() -> None:
    odd = "窓口\ud800"
    assert matches(odd, protect(odd, SALT))


@pytest.mark.parametrize("kept", ["plain", "scrypt$1$2", "bcrypt$16384$8$1$00$00", "scrypt$x$8$1$00$00"])
def test_damaged_hash_is_told(kept: str) -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        matches("words of mine", kept)
    assert trouble.value.code == "store.damaged"
