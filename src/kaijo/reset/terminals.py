"""Terminals that are known: the operator expects one, it shows a key of its own, and signs everything it says.

A signature covers method, target, time, a number used once, what the clerk shows, and the body: what was said once says
nothing a second time, nothing elsewhere, and nothing later. docs/terminals.md has the format for other makers.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kaijo.clock import Clock
from kaijo.errors import Refused, UsageProblem
from kaijo.facts.terminals import enrolment_code_life, signature_window
from kaijo.reset.ports import Randomness, Store
from kaijo.reset.records import Place
from kaijo.reset.states import require_won
from kaijo.reset.terminal_records import Terminal
from kaijo.reset.veil import Veil

_NAME: Final = re.compile(r"(?=.{1,64}$)[!-~]+( [!-~]+)*")
_ID_SIZE: Final = 16
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
_CODE_LETTERS: Final = 20
_GROUP: Final = 5
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_NOBODYS_KEY: Final = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


class Gatehouse(Protocol):
    """What these verbs need; the operator's desk is one."""

    @property
    def store(self) -> Store:
        """Durable memory."""
        ...

    @property
    def veil(self) -> Veil:
        """Keyed names."""
        ...

    @property
    def randomness(self) -> Randomness:
        """Secret random bytes."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


@dataclass(frozen=True, slots=True)
class Signed:
    """A request and how it was signed; `at` as it was spelled, `bearer` the Authorization header."""

    terminal: str
    method: str
    target: str
    at: str
    number: str
    bearer: str = field(repr=False)
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def message(self) -> bytes:
        """Return the exact bytes that were signed."""
        lines = (
            "KAIJO TERMINAL 1",
            f"terminal {self.terminal}",
            f"method {self.method}",
            f"target {self.target}",
            f"at {self.at}",
            f"number {self.number}",
            f"bearer {sha256(self.bearer.encode()).hexdigest()}",
            f"body {sha256(self.body).hexdigest()}",
        )
        return "\n".join(lines).encode()


def enrol(desk: Gatehouse, *, name: str, place: Place) -> tuple[Terminal, str]:
    """Return a terminal that is expected, and the code with which it may join once [fact: terminal-code-life].

    One that never joined gives way. Raises UsageProblem `terminal.bad-name`, and Refused `terminal.name-taken` (name)
    while a terminal of that name is known.
    """
    if not _NAME.fullmatch(name):
        raise UsageProblem("terminal.bad-name")
    now = desk.clock.now()
    code = _new_code(desk.randomness)
    expected = Terminal(
        id=desk.randomness(_ID_SIZE).hex(),
        name=name,
        place=place,
        code=_veiled(desk, code),
        code_ends_at=now + enrolment_code_life(),
        enrolled_at=now,
    )
    with desk.store.begin() as records:
        for known in records.terminals():
            if known.name == name and known.revoked_at is None:
                if known.public_key is not None:
                    raise Refused("terminal.name-taken", name=name)
                require_won(records.revoke_terminal(known, now))
        require_won(records.add_terminal(expected))
    return expected, "-".join(code[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP))


def join(desk: Gatehouse, *, code: str, public_key: bytes, signature: bytes) -> Terminal:
    """Return the terminal that the code was made for, known by its key from now on.

    The same call again gives the same answer. Raises Refused `terminal.bad-code` for a code that is none, used or over,
    `terminal.unknown` when the signature is not the key's.
    """
    typed = code.replace("-", "").replace(" ", "").upper().translate(_LOOK_ALIKES)
    with desk.store.look() as records:
        found = records.terminal_of_code(_veiled(desk, typed))
    _require_signed(public_key, join_message(code, public_key), signature)
    lapsed = found is not None and found.public_key is None and desk.clock.now() >= found.code_ends_at
    if found is None or lapsed or found.revoked_at is not None or found.public_key not in {None, public_key}:
        raise Refused("terminal.bad-code")
    if found.public_key is None:
        with desk.store.begin() as records:
            require_won(records.join_terminal(found, public_key))
    return found


def join_message(code: str, public_key: bytes) -> bytes:
    """Return the exact bytes that a terminal signs to join; `code` as it is sent."""
    return f"KAIJO TERMINAL JOIN 1\ncode {code}\nkey {public_key.hex()}".encode()


def revoke(desk: Gatehouse, *, name: str) -> Terminal:
    """Return the terminal of that name, revoked: from this moment on nothing that it says counts.

    Raises Refused `terminal.none` (name).
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        for known in records.terminals():
            if known.name == name and known.revoked_at is None:
                require_won(records.revoke_terminal(known, now))
                return known
    raise Refused("terminal.none", name=name)


def recognise(desk: Gatehouse, signed: Signed, *, places: frozenset[Place]) -> Terminal:
    """Return the terminal that signed this request, which counts once.

    Raises Refused: `terminal.unknown` for whoever is not known by that signature; to who is, `terminal.revoked`,
    `terminal.wrong-place`, `terminal.clock` (now) outside [fact: terminal-window], `terminal.replayed`.
    """
    now = desk.clock.now()
    with desk.store.look() as records:
        found = records.find_terminal(signed.terminal)
    key = None if found is None else found.public_key
    # Also where nobody is: how long the answer takes tells no stranger which terminals there are.
    _require_signed(key or _NOBODYS_KEY, signed.message(), signed.signature)
    if found is None or key is None:
        raise Refused("terminal.unknown")
    code = _objection(found, signed, places, now)
    with desk.store.begin() as records:
        if not code and not records.use_number(found, signed.number, now, now - 2 * signature_window()):
            code = "terminal.replayed"
        if code:
            records.refuse_terminal(found, code)
    if code == "terminal.clock":
        raise Refused("terminal.clock", now=now)
    if code:
        raise Refused(code)
    return found


def _objection(found: Terminal, signed: Signed, places: frozenset[Place], now: datetime) -> str:
    if found.revoked_at is not None:
        return "terminal.revoked"
    if found.place not in places:
        return "terminal.wrong-place"
    try:
        off = abs(datetime.fromisoformat(signed.at) - now)
    except (TypeError, ValueError, OverflowError):
        off = timedelta.max
    return "terminal.clock" if off > signature_window() else ""


def _require_signed(key: bytes, message: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Refused("terminal.unknown") from None


def _new_code(randomness: Randomness) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in randomness(_CODE_LETTERS))


def _veiled(desk: Gatehouse, code: str) -> str:
    return desk.veil.device(b"terminal code " + code.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Standing:
    """A terminal and how it stands: expected, lapsed, known or revoked; `seen_at` is when it last spoke."""

    terminal: Terminal
    state: str
    seen_at: datetime | None

    def as_dict(self) -> dict[str, object]:
        """Return it in JSON's types."""
        return {
            "id": self.terminal.id,
            "name": self.terminal.name,
            "place": self.terminal.place.value,
            "state": self.state,
            "enrolled_at": self.terminal.enrolled_at.isoformat(),
            "seen_at": None if self.seen_at is None else self.seen_at.isoformat(),
        }


def standing(desk: Gatehouse) -> tuple[Standing, ...]:
    """Return every terminal and how it stands, by name."""
    now = desk.clock.now()
    with desk.store.look() as records:
        found, seen = records.terminals(), records.terminals_seen()
    return tuple(Standing(one, _state(one, now), seen.get(one.id)) for one in found)


def _state(terminal: Terminal, at: datetime) -> str:
    if terminal.revoked_at is not None:
        return "revoked"
    if terminal.public_key is not None:
        return "known"
    return "expected" if at < terminal.code_ends_at else "lapsed"
