"""Through the real PC/SC daemon: programs that nobody here wrote find the PIN locked before and the card working after.

The commands are the product's own, run as a person runs them, against the reader in which the card lies.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kaijo.facts.pins import PinKind
from kaijo.processes import service_process
from kaijo.virtualcard.cardfile import open_card
from kaijo.virtualcard.persons import identity, person
from tests.support.pcscd import Slot, card_in
from tests.support.world import NIGHT

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]

CLOCK = NIGHT.isoformat()


def kaijo(*arguments: str, home: Path, stdin: str = "") -> str:
    """Run the command line with PINs on stdin; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "kaijo", *arguments],
        input=stdin,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "KAIJO_HOME": str(home)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def foreign(*command: str, cwd: Path, expect: int = 0) -> str:
    """Run a program that nobody here wrote; return what it prints."""
    done = subprocess.run(command, text=True, capture_output=True, check=False, cwd=cwd)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def service(tmp_path: Path, home: Path) -> Iterator[str]:
    environment = {"KAIJO_HOME": str(home)}
    with service_process(data=tmp_path / "service", clock=CLOCK, environment=environment) as url:
        yield url


def reader_number(slot: Slot, cwd: Path) -> str:
    """Return the number that OpenSC gives to the slot's reader."""
    lines = foreign("opensc-tool", "--list-readers", cwd=cwd).splitlines()
    return next(line.split()[0] for line in lines if line.endswith(slot.reader))


def tries_of(pin: str, listed: str) -> str:
    """Return the 'Tries left' line of one PIN in what pkcs15-tool lists."""
    block = next(part for part in listed.split("PIN [") if part.startswith(pin))
    return next(line.split(":")[1].strip() for line in block.splitlines() if "Tries left" in line)


@dataclass(frozen=True)
class Case:
    """A locked PIN, who has it, and what OpenSC calls it: PIN label, token label, object id and full tries."""

    person: str
    kind: PinKind
    proof: PinKind
    new: str
    label: str
    object_id: str
    full: str

    @property
    def token(self) -> str:
        return f"JPKI ({self.label})"


SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION
CASES = [
    Case("signature-locked", SIGNATURE, AUTHENTICATION, "KAIJO2027", "Digital Signature PIN", "02", "5"),
    Case("authentication-locked", AUTHENTICATION, SIGNATURE, "8642", "User Authentication PIN", "01", "3"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.person)
def test_locked_card_signs_again_in_programs_of_others(
    tmp_path: Path, home: Path, service: str, slot: Slot, case: Case
) -> None:
    file = tmp_path / "card.json"
    kaijo("card", "new", str(file), "--person", case.person, "--clock", CLOCK, home=home)
    proof = identity(person(case.person), NIGHT).pins[case.proof]
    card = open_card(file)
    with card_in(slot, card):
        number = reader_number(slot, tmp_path)
        before = foreign("pkcs15-tool", "--reader", number, "--list-pins", cwd=tmp_path)
        assert tries_of(case.label, before) == "0"
        at = ("--reader", slot.reader, "--service", service, "--clock", CLOCK, "--json")
        kaijo("phone", "reserve", "--pin", case.kind.value, *at, home=home, stdin=f"{proof}\n")
        kaijo("kiosk", "reset", *at, home=home, stdin=f"{proof}\n{case.new}\n{case.new}\n")
        after = foreign("pkcs15-tool", "--reader", number, "--list-pins", cwd=tmp_path)
        assert tries_of(case.label, after) == case.full
        (tmp_path / "message").write_text("確定申告", "utf-8")
        foreign(
            "pkcs11-tool", "--token-label", case.token, "--login", "--pin", case.new, "--sign", "--id", case.object_id,
            "--mechanism", "SHA256-RSA-PKCS", "--input-file", "message", "--output-file", "signature",
            cwd=tmp_path,
        )  # fmt: skip
        certificate = foreign(
            "pkcs15-tool", "--reader", number, "--read-certificate", case.object_id,
            *(("--verify-pin", "--auth-id", "02", "--pin", case.new) if case.kind is SIGNATURE else ()),
            cwd=tmp_path,
        )  # fmt: skip
    card.close()
    (tmp_path / "certificate.pem").write_text(certificate[certificate.index("-----BEGIN") :])
    key = foreign("openssl", "x509", "-in", "certificate.pem", "-pubkey", "-noout", cwd=tmp_path)
    (tmp_path / "key.pem").write_text(key)
    verified = foreign(
        "openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message", cwd=tmp_path
    )
    assert verified.strip() == "Verified OK"
