"""A typed PIN between two screens: one half waits here, the other in the page; neither alone says anything of it.

So no PIN outlives the request in which it was typed, and none is in a page that comes back.
"""

import secrets

from kaijo.errors import UsageProblem

_SIZE = 32  # longer than any PIN, and the same for all


def part(pin: str) -> tuple[bytes, str]:
    """Return the half to keep and the half for the page, in hexadecimal digits, of an ASCII PIN."""
    pad = secrets.token_bytes(_SIZE)
    return _xor(pin.encode("ascii").ljust(_SIZE, b"\0"), pad), pad.hex()


def join(kept: bytes, carried: str) -> str:
    """Return the PIN. Raises UsageProblem `web.bad-form` when the halves do not belong together."""
    try:
        whole = _xor(kept, bytes.fromhex(carried))
        return whole.rstrip(b"\0").decode("ascii")
    except ValueError:
        raise UsageProblem("web.bad-form") from None


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
