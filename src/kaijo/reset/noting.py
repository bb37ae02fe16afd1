"""Writing down what leaves no other trace: a proof or a face that was not good enough changes no row of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kaijo.errors import Refused
from kaijo.reset.audit import Entry
from kaijo.reset.desk import Desk
from kaijo.reset.face_records import FaceCheck
from kaijo.reset.scribe import Scribe


@contextmanager
def noting_refused_proof(desk: Desk, pseudonym: str) -> Iterator[None]:
    """Write down the refusal of a proof of that card, then let it go on its way. Raises as the store."""
    with _noting(desk, lambda scribe, code: scribe.proof_refused(pseudonym, code)):
        yield


@contextmanager
def noting_refused_face(desk: Desk, check: FaceCheck) -> Iterator[None]:
    """Write down the refusal of a face, then let it go on its way. Raises as the store."""
    with _noting(desk, lambda scribe, code: scribe.face_refused(check, code)):
        yield


@contextmanager
def _noting(desk: Desk, entry: Callable[[Scribe, str], Entry]) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        with desk.store.begin() as records:
            records.add_audit(entry(Scribe(desk.veil, desk.clock), refused.code))
        raise
