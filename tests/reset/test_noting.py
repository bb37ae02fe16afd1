"""What leaves no other trace is written down, and the refusal goes on its way."""

from contextlib import closing, suppress

import pytest

from kaijo.errors import CardTrouble, Refused
from kaijo.reset.audit import Tag
from kaijo.reset.face_records import FaceCheck, FaceState
from kaijo.reset.noting import noting_refused_face, noting_refused_proof
from kaijo.service.store.database import SqlStore

from .bench import NOON, SIGNATURE
from .trails import audited_bench, read_all

CARD = "a" * 64
CHECK = FaceCheck(CARD, f"{CARD}.{'b' * 32}", "c" * 64, SIGNATURE, FaceState.OPEN, "d" * 64, b"", NOON)


def test_refused_proof_and_face_are_told_of_their_card() -> None:
    with closing(SqlStore(None)) as store:
        desk = audited_bench(store).desk
        with pytest.raises(Refused, match="bad-proof"), noting_refused_proof(desk, CARD):
            raise Refused("reset.bad-proof")
        with pytest.raises(Refused, match="no-match"), noting_refused_face(desk, CHECK):
            raise Refused("face.no-match")
        with suppress(CardTrouble), noting_refused_proof(desk, CARD):
            raise CardTrouble("card.removed")
        with noting_refused_face(desk, CHECK):
            pass
        assert [(row.partition, row.entry.tag, row.entry.attributes) for row in read_all(desk.store)] == [
            (CARD, Tag.PROOF_REFUSED, {"code": "reset.bad-proof"}),
            (CARD, Tag.FACE_REFUSED, {"check": "b" * 32, "kind": "signature", "code": "face.no-match"}),
        ]
