import re
from collections import Counter
from datetime import timedelta
from typing import get_type_hints

from kaijo.card.administration import Act
from kaijo.facts.counter import Visitor
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.cases import close_case
from kaijo.reset.counter.clerks import note_own_card, unlock
from kaijo.reset.counter.journal import day_of, read_journal
from kaijo.reset.counter.letters import send_letter
from kaijo.reset.counter.records import Deed, Entry
from kaijo.reset.counter.waiting import call_next, take_ticket
from kaijo.virtualcard.identity import Identity
from kaijo.virtualcard.persons import identity, person
from tests.reset.bench import code_of

from .bench import MORNING, ONE, TWO, CounterBench


def test_journal_tells_every_deed_of_a_day_with_its_clerks(bench: CounterBench) -> None:
    take_ticket(bench.desk)
    call_next(bench.desk, token=bench.token)
    unlock(bench.desk, token=bench.token, clerk_id=TWO)
    send_letter(bench.desk, token=bench.token, case_id=bench.open(Visitor.PROXY).id)
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.RESIDENT), (Act.RENEW, PinKind.SIGNATURE))
    assert code_of(lambda: bench.begin(case, Act.RENEW, PinKind.SIGNATURE)) == "counter.second-needed"
    bench.approve(case)
    bench.reset(case, PinKind.RESIDENT)
    bench.renew(case, PinKind.SIGNATURE)
    close_case(bench.desk, token=bench.token, case_id=case.id)
    note_own_card(bench.desk, token=bench.token, authentication_certificate=bench.certificate())
    journal = read_journal(bench.desk, day_of(bench.clock.now()))
    assert journal.done == {
        Deed.SIGN_IN: 1,
        Deed.UNLOCK: 1,
        Deed.OWN_CARD: 1,
        Deed.CALL: 1,
        Deed.CASE: 2,
        Deed.LETTER: 1,
        Deed.ASK: 2,
        Deed.APPROVE: 1,
        Deed.RESET: 1,
        Deed.RENEW: 1,
        Deed.CLOSE: 1,
    }
    assert journal.refused == {Deed.RENEW: 1}
    acts = {
        (one.deed, one.clerk, one.second, one.case, one.kind, one.visitor, one.pseudonym)
        for one in journal.entries
        if one.deed in {Deed.RESET, Deed.RENEW} and one.outcome == "done"
    }
    holder = Visitor.HOLDER
    about = {(one.act, one.kind) for one in journal.entries if one.deed is Deed.ASK}
    assert about == {(Act.RESET, PinKind.RESIDENT), (Act.RENEW, PinKind.SIGNATURE)}
    assert acts == {
        (Deed.RESET, ONE, None, case.id, PinKind.RESIDENT, holder, bench.pseudonym),
        (Deed.RENEW, ONE, TWO, case.id, PinKind.SIGNATURE, holder, bench.pseudonym),
    }
    assert {one.clerk for one in journal.entries} == {ONE, TWO}
    assert Counter(one.at for one in journal.entries) == {MORNING: len(journal.entries)}


def test_journal_holds_nothing_of_the_holder(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.RESIDENT))
    bench.reset(case, PinKind.RESIDENT)
    said = repr(bench.journal())
    who: Identity = identity(person(bench.holder), MORNING)
    secrets = [who.name, who.address, who.my_number, who.serial, *who.pins.values()]
    assert [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", said)] == []
    assert bench.image.administration.card_id.hex() not in said
    assert set(get_type_hints(Entry)) == {
        "day", "id", "at", "deed", "outcome", "clerk", "second", "case", "pseudonym", "visitor", "ticket", "act", "kind"
    }  # fmt: skip


def test_journal_is_of_one_day(bench: CounterBench) -> None:
    today = day_of(bench.clock.now())
    bench.clock.advance(timedelta(days=1))
    bench.sign_in(TWO)
    assert [one.clerk for one in read_journal(bench.desk, today).entries] == [ONE]
    assert [one.clerk for one in bench.journal()] == [TWO]
