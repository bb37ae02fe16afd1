from itertools import product

import pytest

from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import chains_for
from kaijo.reset.policy import FACES, PROOFS, FacePolicy, FaceRule, decide, needed_proof
from kaijo.words import LANGS, explain

S, A, R, T = PinKind.SIGNATURE, PinKind.AUTHENTICATION, PinKind.RESIDENT, PinKind.ATTRIBUTES
EVERY_PROOF = (*PinKind, None)


def expected(kind: PinKind, proof: PinKind | None, rule: FaceRule, *, matcher: bool, given: bool) -> str | None:
    """Say the policy again in other words."""
    if kind in {R, T}:
        return "reset.counter-only"
    if (kind, proof) not in {(S, A), (A, S)}:
        return {None: "reset.unknown-proof", kind: "reset.same-pin"}.get(proof, "reset.wrong-proof")
    if rule is FaceRule.NOT_REQUIRED:
        return None
    if not matcher:
        return "face.unavailable"
    return None if given else "face.needed"


def test_policy_answers_every_question() -> None:
    assert set(PROOFS) == set(product(PinKind, EVERY_PROOF))
    assert set(FACES) == set(product(FaceRule, (False, True), (False, True)))
    questions = list(product(PinKind, EVERY_PROOF, FaceRule, (False, True), (False, True)))
    assert len(questions) == 160
    for kind, proof, rule, matcher, given in questions:
        answer = decide(kind=kind, proof=proof, rule=rule, matcher_present=matcher, face_given=given)
        assert answer == expected(kind, proof, rule, matcher=matcher, given=given)


def test_policy_allows_two_ways_alone() -> None:
    assert {pair for pair, code in PROOFS.items() if code is None} == {(S, A), (A, S)}
    assert {kind: needed_proof(kind) for kind in PinKind} == {S: A, A: S, R: None, T: None}


@pytest.mark.parametrize("kind", PinKind)
def test_policy_allows_at_a_kiosk_what_the_facts_say_kiosks_do(kind: PinKind) -> None:
    assert (needed_proof(kind) is not None) == bool(chains_for(kind))


def test_face_policy_has_a_rule_for_each_kind() -> None:
    policy = FacePolicy(signature=FaceRule.REQUIRED, authentication=FaceRule.NOT_REQUIRED)
    assert {kind: policy.rule(kind) for kind in PinKind} == {
        S: FaceRule.REQUIRED,
        A: FaceRule.NOT_REQUIRED,
        R: FaceRule.REQUIRED,
        T: FaceRule.REQUIRED,
    }


def test_policy_refuses_with_sentences_that_the_kind_alone_fills() -> None:
    for code in {*PROOFS.values(), *FACES.values()} - {None}:
        for kind in PinKind:
            ja, en = (explain(Refused(str(code), kind=kind), lang) for lang in LANGS)
            assert ja.title != en.title
