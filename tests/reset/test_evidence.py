from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.errors import KaijoError
from kaijo.reset.evidence import find_live_card, proof_message, require_signature
from kaijo.reset.ports import CertificateRecord
from kaijo.reset.records import Purpose

from .bench import AUTHENTICATION, NOON, SIGNATURE, Bench, code_of, record, sign

TICK = timedelta(microseconds=1)


def find(bench: Bench) -> object:
    return find_live_card(bench.desk, authentication_certificate=b"a1", at=NOON)


def test_proof_message_binds_purpose_kind_challenge_reservation_and_session() -> None:
    assert proof_message(purpose=Purpose.RESERVE, kind=SIGNATURE, challenge="0f") == (
        b"KAIJO PROOF 1\npurpose reserve\nkind signature\nchallenge 0f"
    )
    assert (
        proof_message(purpose=Purpose.KIOSK, kind=AUTHENTICATION, challenge="0f", reservation=b"\xab", session="s")
        == b"KAIJO PROOF 1\npurpose kiosk\nkind authentication\nchallenge 0f\nreservation ab\nsession s"
    )


@pytest.mark.parametrize(("which", "certificate"), [("authentication", b"a1"), ("signature", b"s1")])
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"revoked_at": NOON}, ("reset.certificate-revoked", {"revoked_at": NOON})),
        ({"not_after": NOON - TICK}, ("reset.certificate-expired", {"expired_at": NOON - TICK})),
        ({"not_before": NOON + TICK}, ("reset.certificate-not-yet-valid", {"valid_from": NOON + TICK})),
        (
            {"revoked_at": NOON - TICK, "not_after": NOON - TICK},
            ("reset.certificate-revoked", {"revoked_at": NOON - TICK}),
        ),
    ],
)
def test_card_with_one_dead_certificate_is_refused(
    bench: Bench, which: str, certificate: bytes, change: dict[str, object], refused: tuple[str, dict[str, object]]
) -> None:
    dead: CertificateRecord = replace(record(certificate), **change)  # type: ignore[arg-type]
    bench.change_card(**{which: dead})
    with pytest.raises(KaijoError) as refusal:
        find(bench)
    code, data = refused
    assert (refusal.value.code, refusal.value.data) == (code, {"certificate": f"{which}-certificate", **data})


@pytest.mark.parametrize(
    "change", [{"revoked_at": NOON + TICK}, {"not_after": NOON}, {"not_before": NOON}], ids=["later", "last", "first"]
)
def test_card_at_the_edge_of_a_certificates_life_is_alive(bench: Bench, change: dict[str, object]) -> None:
    bench.change_card(signature=replace(record(b"s1"), **change))  # type: ignore[arg-type]
    assert code_of(lambda: find(bench)) == ""


def test_card_without_a_signature_certificate_is_refused(bench: Bench) -> None:
    bench.change_card(signature=None)
    assert code_of(lambda: find(bench)) == "reset.no-signature-certificate"


def test_card_that_the_register_does_not_know_is_refused(bench: Bench) -> None:
    bench.change_card(authentication=record(b"something else"))
    assert code_of(lambda: find(bench)) == "reset.unknown-card"
    bench.registry.cards.clear()
    assert code_of(lambda: find(bench)) == "reset.unknown-card"


def test_card_whose_certificate_is_not_trusted_is_refused(bench: Bench) -> None:
    del bench.trust.names[b"a1"]
    assert code_of(lambda: find(bench)) == "trust.unknown-issuer"


def test_signature_over_anything_else_is_no_proof(bench: Bench) -> None:
    good = sign("a1", b"message")
    signatures = {
        "": good,
        "by another key": sign("s1", b"message"),
        "over another message": sign("a1", b"massage"),
        "cut": good[:-1],
        "empty": b"",
        "long": good + b"\0",
    }
    outcomes = {
        name: code_of(
            lambda signature=signature: require_signature(  # type: ignore[misc]
                bench.desk,
                certificate=b"a1",
                proof=AUTHENTICATION,
                message=b"message",
                signature=signature,
                at=NOON,
            )
        )
        for name, signature in signatures.items()
    }
    assert outcomes == {name: "reset.bad-proof" if name else "" for name in signatures}
