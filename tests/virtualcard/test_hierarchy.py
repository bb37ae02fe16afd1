import json
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.hierarchy import Hierarchy, Role

from .issued import hierarchy


def test_hierarchy_survives_its_file() -> None:
    again = Hierarchy.decode(hierarchy().encode())
    assert again.encode() == hierarchy().encode()
    assert again.id == hierarchy().id


def test_hierarchy_has_a_key_of_its_own_for_every_role() -> None:
    keys = [named.key for named in hierarchy().keys.values()] + [one.key for one in hierarchy().authorities.values()]
    assert len({key.public_key().public_numbers().n for key in keys}) == len(Role) + 2
    assert len(hierarchy().administration_master) == 32


def test_id_is_the_hash_of_both_authority_keys() -> None:
    both = b"".join(
        hierarchy().authorities[kind].key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for kind in (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
    )
    assert hierarchy().id == sha256(both).hexdigest()[:16]


def test_no_secret_shows_in_repr() -> None:
    assert repr(hierarchy()) == "Hierarchy()"


def test_decode_refuses_another_format() -> None:
    row = json.loads(hierarchy().encode()) | {"format": "kaijo-practice-issuer-2"}
    with pytest.raises(ValueError, match=r"^$"):
        Hierarchy.decode(json.dumps(row).encode())


@pytest.mark.parametrize(
    "path", [("administration_master",), ("keys", "surface"), ("authorities", "signature", "certificate")]
)
def test_decode_refuses_content_that_was_altered(path: tuple[str, ...]) -> None:
    row = json.loads(hierarchy().encode())
    place = row["issuer"]
    for name in path[:-1]:
        place = place[name]
    text = place[path[-1]]
    place[path[-1]] = text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:]
    with pytest.raises(ValueError, match=r"^$"):
        Hierarchy.decode(json.dumps(row).encode())


def test_authorities_are_found_with_serial_one() -> None:
    certificates: list[x509.Certificate] = [one.certificate for one in hierarchy().authorities.values()]
    assert [one.serial_number for one in certificates] == [1, 1]
