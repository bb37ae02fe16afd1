"""The register of a practice issuer."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.told import told
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.register import Register

_FOLDER = TemporaryDirectory(prefix="kaijo-fuzz-")


def run(data: bytes) -> None:
    """Read `data` as a register."""
    path = Path(_FOLDER.name) / "register.jsonl"
    path.write_bytes(data)
    register = Register(path)
    told(lambda: register.card(bytes(32)))
    told(lambda: register.certificate(PinKind.SIGNATURE, 1))
    told(lambda: register.revoked(PinKind.AUTHENTICATION))
