"""A PKCS#11 token in software, with tokens of our own in a folder of the tests."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.pcscd import cannot

if TYPE_CHECKING:
    from pkcs11 import Session

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN = "4711-0815"
TOKENS = ("kaijo", "kaijo empty", "kaijo shut")


@dataclass(frozen=True)
class Tokens:
    """The module, and the labels of three tokens: one to be filled, one that stays empty, one nobody logs in to."""

    module: str
    full: str = TOKENS[0]
    empty: str = TOKENS[1]
    shut: str = TOKENS[2]

    def put(self, version: int, master: bytes) -> None:
        """Put a master into the full token."""
        from pkcs11 import Attribute, KeyType, ObjectClass

        with self._session() as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.SECRET_KEY,
                    Attribute.KEY_TYPE: KeyType.AES,
                    Attribute.VALUE: master,
                    Attribute.LABEL: f"kaijo master {version}",
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: True,
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.ENCRYPT: True,
                    Attribute.DERIVE: True,
                }
            )

    def clear(self) -> None:
        """Take everything out of the full token."""
        with self._session() as session:
            for found in list(session.get_objects()):
                found.destroy()

    def _session(self) -> "Session":
        import pkcs11

        token = pkcs11.lib(self.module).get_token(token_label=self.full)
        try:
            return token.open(rw=True, user_pin=PIN)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open(rw=True)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tokens]:
    """Return three fresh tokens. The module reads its settings once in a process, when it is first used."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        cannot("SoftHSM 2 (softhsm2) is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for label in TOKENS:
            make = ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "0000-0000", "--pin", PIN]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        yield Tokens(module)


@pytest.fixture
def tokens(softhsm: Tokens) -> Iterator[Tokens]:
    """Return the tokens, the full one empty to begin with."""
    softhsm.clear()
    yield softhsm
    softhsm.clear()
