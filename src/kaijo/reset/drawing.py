"""Ids of new rows: drawn, or found again by whoever asks a second time under the same key.

An id that is made from the request's key and the veil's secret needs no table of keys: if a row of that id is there,
it is what the first request made. Nobody who knows the key knows the id.
"""

from kaijo.reset.desk import Desk


def drawn(desk: Desk, size: int, *, key: str | None, place: str) -> bytes:
    """Return `size` bytes (32 at most) for a row at `place`: random without a key, with one always the same."""
    return desk.randomness(size) if key is None else desk.veil.derived(f"{place}\n{key}")[:size]
