"""What an enrolled terminal has of its own: a key that never leaves it, and with which it signs all that it says."""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble, UsageProblem

HEADER: Final = "Kaijo-Terminal"
_PLACES: Final = {"/v1/kiosk-sessions": "kiosk", "/v1/counter": "counter", "/v1/operations": "counter"}


def place_of(path: str) -> str | None:
    """Return at which kind of terminal this path of the API is at home; None for the phone's and everybody's."""
    return next((place for start, place in _PLACES.items() if path.startswith(start)), None)


@dataclass(slots=True)
class Identity:
    """One enrolled terminal. It signs with this clock's time, put right once the service said how late it is."""

    id: str
    name: str
    place: str
    key: Ed25519PrivateKey = field(repr=False)
    clock: Clock = field(repr=False)
    behind: timedelta = field(default=timedelta(), repr=False)

    def sign(self, method: str, target: str, body: bytes, bearer: str = "") -> str:
        """Return the header for one request. `target` is path and query, `bearer` the Authorization header."""
        at = (self.clock.now() + self.behind).isoformat()
        number = secrets.token_hex(16)
        lines = (
            "KAIJO TERMINAL 1",
            f"terminal {self.id}",
            f"method {method}",
            f"target {target}",
            f"at {at}",
            f"number {number}",
            f"bearer {sha256(bearer.encode()).hexdigest()}",
            f"body {sha256(body).hexdigest()}",
        )
        signature = base64.b64encode(self.key.sign("\n".join(lines).encode())).decode("ascii")
        return f"terminal={self.id}, at={at}, number={number}, signature={signature}"

    def put_right(self, service_time: datetime) -> None:
        """Sign with the service's time from now on."""
        self.behind = service_time - self.clock.now()

    def save(self, path: Path) -> None:
        """Keep it in a file that only its owner can read. Raises UsageProblem `usage.unwritable`."""
        text = json.dumps(
            {
                "id": self.id,
                "name": self.name,
                "place": self.place,
                "key": self.key.private_bytes_raw().hex(),
            }
        )
        beside = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            beside.replace(path)
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(path)) from None


def load(path: Path, clock: Clock) -> Identity | None:
    """Return the terminal that a file holds, None when there is no file.

    Raises ServiceTrouble `terminal.key-damaged` (path), also for a file that others can read.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise PermissionError
        row = json.loads(path.read_text("ascii"))
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(row["key"]))
        return Identity(str(row["id"]), str(row["name"]), str(row["place"]), key, clock)
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError):
        raise ServiceTrouble("terminal.key-damaged", path=str(path)) from None


def join_message(code: str, public_key: bytes) -> bytes:
    """Return what a terminal signs to join."""
    return f"KAIJO TERMINAL JOIN 1\ncode {code}\nkey {public_key.hex()}".encode()
