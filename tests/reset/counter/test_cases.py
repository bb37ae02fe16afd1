from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.card.administration import Act
from kaijo.errors import Refused
from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import documents, letter_life
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.cases import close_case, look_at_case
from kaijo.reset.counter.clerks import note_own_card
from kaijo.reset.counter.letters import send_letter
from kaijo.reset.counter.policy import SECOND
from kaijo.reset.counter.records import Case, Deed
from kaijo.reset.counter.standing import AskedState
from tests.reset.bench import code_of

from .bench import ONE, PASSWORDS, TWO, CounterBench

DAY = timedelta(days=1)
RESET_SIGNATURE = (Act.RESET, PinKind.SIGNATURE)


def states(bench: CounterBench, case: Case) -> list[AskedState]:
    return [one.state for one in look_at_case(bench.desk, token=bench.token, case_id=case.id)[1]]


def letter(bench: CounterBench) -> str:
    return send_letter(bench.desk, token=bench.token, case_id=bench.open(Visitor.PROXY).id)


def second_visit(bench: CounterBench, code: str) -> Case:
    return bench.open(Visitor.PROXY, 2, letter=code)


def test_every_visitor_and_act_says_whether_a_second_clerk_is_needed() -> None:
    assert SECOND.keys() == {(visitor, act) for visitor in Visitor for act in Act}


@pytest.mark.parametrize("visitor", Visitor)
def test_each_missing_document_is_named(bench: CounterBench, visitor: Visitor) -> None:
    wanted = documents(visitor, 1)
    for missing in wanted:
        with pytest.raises(Refused) as refusal:
            bench.open(visitor, seen=tuple(one for one in wanted if one != missing))
        assert (refusal.value.code, refusal.value.data) == (
            "counter.documents-missing",
            {"documents": [f"document.{missing}"]},
        )


@pytest.mark.parametrize(("visitor", "visit"), [(Visitor.HOLDER, 2), (Visitor.PROXY, 3), (Visitor.PROXY, 0)])
def test_visit_that_there_is_not_is_refused(bench: CounterBench, visitor: Visitor, visit: int) -> None:
    assert code_of(lambda: bench.open(visitor, visit)) == "counter.unknown-visit"


def test_card_of_another_issuer_is_refused(bench: CounterBench) -> None:
    bench.desk = replace(bench.desk, registry=type("None", (), {"find": lambda _self, _der: None})())
    assert code_of(bench.open) == "reset.unknown-card"


@pytest.mark.parametrize("person", ["certificate-expired", "moved", "both-locked", "face-only"])
def test_dead_certificates_and_locked_pins_are_no_obstacle(person: str) -> None:
    bench = CounterBench(person)
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.AUTHENTICATION))
    bench.reset(case, PinKind.AUTHENTICATION)
    assert states(bench, case) == [AskedState.DONE]


def test_holder_in_person_needs_no_second_clerk_for_a_reset(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, RESET_SIGNATURE, (Act.RENEW, PinKind.SIGNATURE))
    assert states(bench, case) == [AskedState.NEEDS_SECOND, AskedState.READY]
    assert code_of(lambda: bench.begin(case, Act.RENEW, PinKind.SIGNATURE)) == "counter.second-needed"
    bench.begin(case, *RESET_SIGNATURE)


def test_legal_representative_needs_a_second_clerk(bench: CounterBench) -> None:
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    bench.ask(case, RESET_SIGNATURE)
    assert code_of(lambda: bench.begin(case, *RESET_SIGNATURE)) == "counter.second-needed"
    bench.approve(case)
    bench.reset(case, PinKind.SIGNATURE)
    lines = [(one.deed, one.clerk, one.second, one.kind) for one in bench.journal() if one.deed is Deed.RESET]
    assert [line for line in lines if line[2]] == [(Deed.RESET, ONE, TWO, PinKind.SIGNATURE)]


def test_second_clerk_is_never_the_first(bench: CounterBench) -> None:
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    bench.ask(case, RESET_SIGNATURE)
    assert code_of(lambda: bench.approve(case, ONE)) == "counter.same-clerk"
    # Nor may the two change places: whoever asked is not the second, whoever sits at the screen now.
    bench.token = bench.sign_in(TWO)
    assert code_of(lambda: bench.approve(case, ONE)) == "counter.same-clerk"
    assert code_of(lambda: bench.approve(case, TWO)) == "counter.same-clerk"
    assert states(bench, case) == [AskedState.NEEDS_SECOND]


def test_second_clerk_with_a_wrong_password_approves_nothing(bench: CounterBench) -> None:
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    bench.ask(case, RESET_SIGNATURE)
    assert code_of(lambda: bench.approve(case, TWO, PASSWORDS[ONE])) == "counter.wrong-sign-in"
    assert states(bench, case) == [AskedState.NEEDS_SECOND]


def test_second_clerk_does_not_approve_for_the_own_card(bench: CounterBench) -> None:
    note_own_card(bench.desk, token=bench.sign_in(TWO), authentication_certificate=bench.certificate())
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    bench.ask(case, RESET_SIGNATURE)
    assert code_of(lambda: bench.approve(case)) == "counter.own-card"
    assert ("approve", "counter.own-card") in [(one.deed.value, one.outcome) for one in bench.journal()]


def test_clerk_does_not_begin_for_the_own_card_in_a_colleagues_case(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, RESET_SIGNATURE)
    bench.token = bench.sign_in(TWO)
    note_own_card(bench.desk, token=bench.token, authentication_certificate=bench.certificate())
    assert code_of(lambda: bench.begin(case, *RESET_SIGNATURE)) == "counter.own-card"


def test_approval_covers_what_was_asked_then_and_nothing_later(bench: CounterBench) -> None:
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    assert code_of(lambda: bench.approve(case)) == "counter.nothing-to-approve"
    bench.ask(case, RESET_SIGNATURE)
    bench.approve(case)
    bench.clock.advance(timedelta(seconds=1))
    bench.ask(case, (Act.RESET, PinKind.RESIDENT))
    assert states(bench, case) == [AskedState.READY, AskedState.NEEDS_SECOND]
    bench.approve(case)
    agreed = len(bench.journal())
    bench.approve(case)  # sent once more, as after an answer that was lost
    assert len(bench.journal()) == agreed


def test_proxy_comes_twice_with_the_letter(bench: CounterBench) -> None:
    code = letter(bench)
    bench.clock.advance(DAY)
    bench.token = bench.sign_in(ONE)
    case = second_visit(bench, f"{code[:4]} {code[4:8]}-{code[8:]}")
    bench.ask(case, RESET_SIGNATURE)
    bench.approve(case)
    bench.reset(case, PinKind.SIGNATURE)
    assert states(bench, case) == [AskedState.DONE]
    assert code_of(lambda: second_visit(bench, code)) == "counter.letter-used"


def test_proxys_first_visit_ends_with_the_letter_and_resets_nothing(bench: CounterBench) -> None:
    case = bench.open(Visitor.PROXY)
    assert code_of(lambda: bench.ask(case, RESET_SIGNATURE)) == "counter.first-visit"
    send_letter(bench.desk, token=bench.token, case_id=case.id)
    assert look_at_case(bench.desk, token=bench.token, case_id=case.id)[0].closed_at == bench.clock.now()


def test_letter_is_for_another_day_for_this_card_and_not_for_ever(bench: CounterBench) -> None:
    code = letter(bench)
    assert code_of(lambda: second_visit(bench, code)) == "counter.letter-too-early"
    bench.clock.advance(DAY)
    bench.token = bench.sign_in(ONE)
    assert code_of(lambda: second_visit(bench, "000000000000")) == "counter.wrong-letter"
    assert code_of(lambda: second_visit(bench, "")) == "counter.wrong-letter"
    other = CounterBench(store=bench.store, clock=bench.clock)
    assert code_of(lambda: second_visit(other, code)) == "counter.wrong-letter"
    bench.clock.advance(letter_life())
    bench.token = bench.sign_in(ONE)
    assert code_of(lambda: second_visit(bench, code)) == "counter.letter-too-old"


def test_letter_is_for_proxies_alone(bench: CounterBench) -> None:
    case = bench.open()
    assert code_of(lambda: send_letter(bench.desk, token=bench.token, case_id=case.id)) == "counter.no-letter"


@pytest.mark.parametrize("kind", [PinKind.RESIDENT, PinKind.ATTRIBUTES])
def test_kind_without_certificate_is_not_renewed(bench: CounterBench, kind: PinKind) -> None:
    case = bench.open()
    assert code_of(lambda: bench.ask(case, (Act.RENEW, kind))) == "counter.no-certificate-of-kind"


def test_case_is_closed_once_and_takes_nothing_more(bench: CounterBench) -> None:
    case = bench.open()
    for _ in range(2):
        close_case(bench.desk, token=bench.token, case_id=case.id)
    assert code_of(lambda: bench.ask(case, RESET_SIGNATURE)) == "counter.case-over"
    assert [one.deed for one in bench.journal()].count(Deed.CLOSE) == 1


def test_case_that_nobody_opened_is_unknown(bench: CounterBench) -> None:
    assert code_of(lambda: close_case(bench.desk, token=bench.token, case_id="nobody.1")) == "counter.unknown-case"
