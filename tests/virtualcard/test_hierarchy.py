import json
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

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


def test_decode_refuses_a_short_master() -> None:
    row = json.loads(hierarchy().encode()) | {"administration_master": "00" * 16}
    with pytest.raises(ValueError, match=r"^$"):
        Hierarchy.decode(json.dumps(row).encode())


def test_decode_refuses_a_certificate_that_is_not_of_the_key() -> None:
    row = json.loads(hierarchy().encode())
    row["authorities"]["signature"]["certificate"] = row["authorities"]["authentication"]["certificate"]
    with pytest.raises(ValueError, match=r"^$"):
        Hierarchy.decode(json.dumps(row).encode())


def test_decode_refuses_a_key_that_is_not_rsa() -> None:
    import base64

    other = generate_private_key(SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    row = json.loads(hierarchy().encode())
    row["keys"]["surface"] = base64.b64encode(other).decode()
    with pytest.raises(TypeError):
        Hierarchy.decode(json.dumps(row).encode())


def test_authorities_are_found_with_serial_one() -> None:
    certificates: list[x509.Certificate] = [one.certificate for one in hierarchy().authorities.values()]
    assert [one.serial_number for one in certificates] == [1, 1]
