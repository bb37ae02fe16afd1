"""The issuer's word for the photo: replaced, re-signed, taken from another card, or from another issuer."""

from dataclasses import replace
from functools import cache
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from kaijo.card import tlv
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.reset.face_ports import SignedSurface
from kaijo.service.trust.surface import SurfaceSignatures
from kaijo.virtualcard.hierarchy import Hierarchy, Role, generate_key, public_key_der
from kaijo.virtualcard.verifiable import NamedKey, key_id, public_key_objects
from tests.virtualcard.issued import hierarchy, keys

PHOTO = b"a photo"


@cache
def signer() -> SurfaceSignatures:
    return SurfaceSignatures([hierarchy().keys[Role.SURFACE_CA].key.public_key()])


def signed(made_by: Hierarchy | None = None, *, by: NamedKey | None = None, photo: bytes = PHOTO) -> SignedSurface:
    """Return a face as a card has it, signed by the issuer's key or by another."""
    made_by = made_by or hierarchy()
    issuer = by or made_by.keys[Role.SURFACE]
    holder = (
        tlv.encode(0xDF22, b"19800217")
        + tlv.encode(0xDF23, b"1")
        + tlv.encode(0xDF24, public_key_objects(keys().surface.public_key()))
    )
    printed, picture = b"name and address", tlv.encode(0xDF27, photo)
    digests = b"".join(sha256(group).digest() for group in (holder, printed, picture))
    return SignedSurface(
        holder,
        sha256(printed).digest(),
        picture,
        issuer.sign_three(digests),
        tlv.encode(0x7F21, made_by.keys[Role.SURFACE_CA].certify(issuer)),
    )


def code_of(surface: SignedSurface) -> str:
    try:
        signer().check(surface)
    except KaijoError as error:
        return error.code
    return ""


def test_signed_face_gives_its_photo_and_the_card_it_belongs_to() -> None:
    trusted = signer().check(signed())
    assert trusted.photo == PHOTO
    assert trusted.surface_spki_sha256 == sha256(public_key_der(keys().surface.public_key())).digest()


def test_photo_of_another_person_under_the_same_signature_is_refused() -> None:
    assert code_of(replace(signed(), photo=tlv.encode(0xDF27, b"a stranger"))) == "face.photo-unsigned"


@pytest.mark.parametrize("part", ["holder", "printed_sha256", "photo", "signature", "certificate"])
@pytest.mark.parametrize("change", ["cut", "longer", "bit", "nothing"])
def test_every_part_counts_to_the_last_byte(part: str, change: str) -> None:
    raw: bytes = getattr(signed(), part)
    spoiled = {"cut": raw[:-1], "longer": raw + b"\1", "bit": raw[:-1] + bytes([raw[-1] ^ 1]), "nothing": b""}
    assert code_of(replace(signed(), **{part: spoiled[change]})) == "face.photo-unsigned"


def test_face_signed_by_a_key_that_nobody_certified_is_refused() -> None:
    own = NamedKey(key_id("9999921", "000"), generate_key())
    forged = signed(by=own)
    made_up = tlv.encode(0x7F21, own.certify(own))
    assert code_of(replace(forged, certificate=made_up)) == "face.photo-unsigned"
    assert code_of(replace(forged, certificate=signed().certificate)) == "face.photo-unsigned"


def test_key_of_another_role_signs_no_face() -> None:
    other = hierarchy().keys[Role.ATTRIBUTES]
    certificate = tlv.encode(0x7F21, hierarchy().keys[Role.ATTRIBUTES_CA].certify(other))
    assert code_of(replace(signed(by=other), certificate=certificate)) == "face.photo-unsigned"


def test_objects_in_another_form_are_refused_though_signed() -> None:
    """The issuer would never sign so; whoever reads must not be the one to find out what it means."""
    issuer = hierarchy().keys[Role.SURFACE]
    good = signed()
    for holder in (good.holder + tlv.encode(0xDF24, b""), tlv.encode(0xDF23, b"1"), good.holder + b"\xff\xff"):
        digests = sha256(holder).digest() + good.printed_sha256 + sha256(good.photo).digest()
        odd = replace(good, holder=holder, signature=issuer.sign_three(digests))
        assert code_of(odd) == "face.photo-unsigned"


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_whatever_comes_is_refused_in_our_words(certificate: bytes, signature: bytes) -> None:
    with pytest.raises(Refused):
        signer().check(replace(signed(), certificate=certificate, signature=signature))


def test_weak_or_no_authority_is_trouble() -> None:
    weak = generate_private_key(65537, 1024).public_key()  # noqa: S505 -- that is the point
    for authorities in ([], [weak]):
        with pytest.raises(ServiceTrouble) as trouble:
            SurfaceSignatures(authorities)
        assert trouble.value.code == "trust.bad-authority"
