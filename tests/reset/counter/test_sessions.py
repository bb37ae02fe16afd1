from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ReasonFlags, load_der_x509_certificate

from kaijo.card.administration import Act
from kaijo.card.jpki import JpkiSession
from kaijo.facts.counter import Visitor
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.cases import close_case, look_at_case
from kaijo.reset.counter.records import Deed
from kaijo.reset.counter.sessions import end
from kaijo.reset.counter.standing import AskedState
from kaijo.reset.grants import relay_step
from kaijo.reset.kiosk_sessions import end_session, open_session
from kaijo.reset.reservations import cancel_reservation, find_reservation
from kaijo.reset.states import ReservationState
from tests.reset.bench import code_of

from .bench import NEW_PINS, CounterBench, issuer

RENEWABLE = [PinKind.AUTHENTICATION, PinKind.SIGNATURE]


@pytest.mark.parametrize("kind", PinKind)
def test_every_kind_is_reset_on_the_card(bench: CounterBench, kind: PinKind) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, kind))
    used = bench.reset(case, kind)
    assert (used.state, used.used_at, used.kind, used.case) == (
        ReservationState.USED,
        bench.clock.now(),
        kind,
        case.id,
    )
    guard = bench.guard()
    shown = guard.tries(kind)
    assert shown.tries_left == shown.tries_max
    guard.verify(kind, NEW_PINS[kind], shown=shown)
    assert bench.image.administration.reset_number == 1


def test_all_four_kinds_go_in_one_case(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, *((Act.RESET, kind) for kind in PinKind))
    for kind in PinKind:
        bench.reset(case, kind)
    _, standing = look_at_case(bench.desk, token=bench.token, case_id=case.id)
    assert [one.state for one in standing] == [AskedState.DONE] * 4
    assert bench.image.administration.reset_number == 4


@pytest.mark.parametrize("kind", RENEWABLE)
def test_certificate_is_renewed_with_a_key_of_the_cards_own(bench: CounterBench, kind: PinKind) -> None:
    old, old_serial = bench.certificate(kind), bench.serial(kind)
    case = bench.open()
    bench.ask(case, (Act.RENEW, kind))
    bench.approve(case)
    bench.renew(case, kind)
    assert bench.certificate(kind) != old
    trusted = bench.desk.trust.check(bench.certificate(kind), kind, bench.clock.now() + timedelta(minutes=1))
    assert trusted.serial == bench.serial(kind) != old_serial
    registered = bench.desk.registry.find(bench.certificate())
    assert registered is not None
    record = registered.signature if kind is PinKind.SIGNATURE else registered.authentication
    assert record is not None
    assert (record.serial, record.revoked_at) == (bench.serial(kind), None)
    superseded = {serial: one.reason for serial, one in issuer()._register.revoked(kind)}
    assert superseded[old_serial] is ReasonFlags.superseded
    _, standing = look_at_case(bench.desk, token=bench.token, case_id=case.id)
    assert [(one.state, one.done_at) for one in standing] == [(AskedState.DONE, bench.clock.now())]


def test_renewed_key_signs_for_the_new_certificate(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE), (Act.RENEW, PinKind.SIGNATURE))
    bench.approve(case)
    bench.renew(case, PinKind.SIGNATURE)
    bench.reset(case, PinKind.SIGNATURE)
    guard = bench.guard()
    guard.verify(PinKind.SIGNATURE, NEW_PINS[PinKind.SIGNATURE], shown=guard.tries(PinKind.SIGNATURE))
    jpki = JpkiSession(guard)
    signature = jpki.sign_message(PinKind.SIGNATURE, b"a return")
    key = load_der_x509_certificate(jpki.certificate(PinKind.SIGNATURE)).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, b"a return", PKCS1v15(), SHA256())


def test_renewal_cut_off_before_its_end_leaves_the_old_certificate(bench: CounterBench) -> None:
    kind = PinKind.AUTHENTICATION
    old = bench.certificate(kind)
    case = bench.open()
    bench.ask(case, (Act.RENEW, kind))
    bench.approve(case)
    session = bench.begin(case, Act.RENEW, kind)
    assert bench.relay(session, until=5) is not None
    bench.card.power_cycle()
    end(bench.desk, token=bench.token, session_id=session.id)
    assert bench.certificate(kind) == old
    registered = bench.desk.registry.find(old)
    assert registered is not None
    assert registered.authentication.revoked_at is None
    bench.renew(case, kind)
    assert bench.certificate(kind) != old


def test_renewal_whose_answer_was_lost_is_settled_by_the_cards_receipt(bench: CounterBench) -> None:
    kind = PinKind.AUTHENTICATION
    case = bench.open()
    bench.ask(case, (Act.RENEW, kind))
    bench.approve(case)
    session = bench.begin(case, Act.RENEW, kind)
    command = bench.relay(session, until=5)
    assert command is not None
    bench.card.transmit(command)  # the card obeys, and nobody hears of it
    bench.card.power_cycle()
    end(bench.desk, token=bench.token, session_id=session.id)
    assert code_of(lambda: bench.renew(case, kind)) == "counter.done-already"
    registered = bench.desk.registry.find(bench.certificate())
    assert registered is not None
    assert registered.authentication.serial == bench.serial(kind)
    assert [entry.outcome for entry in bench.journal() if entry.deed is Deed.RENEW] == ["done"]


def test_reset_whose_receipt_was_lost_is_settled_when_the_card_comes_again(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.RESIDENT))
    bench.grant(case, PinKind.RESIDENT)
    bench.guard().reset(PinKind.RESIDENT, NEW_PINS[PinKind.RESIDENT])
    bench.open()
    _, standing = look_at_case(bench.desk, token=bench.token, case_id=case.id)
    assert [one.state for one in standing] == [AskedState.DONE]


def test_act_that_nobody_asked_for_is_refused(bench: CounterBench) -> None:
    case = bench.open()
    assert code_of(lambda: bench.begin(case, Act.RESET, PinKind.SIGNATURE)) == "counter.not-asked"


def test_act_that_is_done_is_not_done_again(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.ATTRIBUTES))
    bench.reset(case, PinKind.ATTRIBUTES)
    assert code_of(lambda: bench.begin(case, Act.RESET, PinKind.ATTRIBUTES)) == "counter.done-already"


def test_second_session_waits_for_the_first_and_may_follow_it(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    first = bench.begin(case, Act.RESET, PinKind.SIGNATURE)
    assert code_of(lambda: bench.begin(case, Act.RESET, PinKind.SIGNATURE)) == "reset.in-use"
    end(bench.desk, token=bench.token, session_id=first.id)
    second = bench.begin(case, Act.RESET, PinKind.SIGNATURE)
    bench.clock.advance(kiosk_session_life())
    assert code_of(lambda: bench.relay(second)) == "reset.session-over"
    bench.reset(case, PinKind.SIGNATURE)


@pytest.mark.parametrize("over", ["closed", "expired"])
def test_case_that_is_over_begins_nothing(bench: CounterBench, over: str) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    if over == "closed":
        close_case(bench.desk, token=bench.token, case_id=case.id)
    else:
        bench.clock.advance(case.expires_at - bench.clock.now())
    assert code_of(lambda: bench.begin(case, Act.RESET, PinKind.SIGNATURE)) == "counter.case-over"


def test_session_of_the_counter_is_none_of_the_kiosks(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    session = bench.begin(case, Act.RESET, PinKind.SIGNATURE)
    assert code_of(lambda: relay_step(bench.desk, session_id=session.id, step=0, response=b"\x90\x00")) == (
        "reset.unknown-session"
    )
    assert code_of(lambda: end_session(bench.desk, session_id=session.id)) == "reset.unknown-session"


def test_permission_of_a_case_is_none_for_a_kiosk(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    end(bench.desk, token=bench.token, session_id=bench.begin(case, Act.RESET, PinKind.SIGNATURE).id)

    def arrive() -> None:
        open_session(
            bench.desk, kiosk="kiosk-1", authentication_certificate=bench.certificate(), reset_state=bench.reset_state()
        )

    assert code_of(arrive) == "reset.no-reservation"


def test_token_that_is_none_gets_nowhere(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    session = bench.begin(case, Act.RESET, PinKind.SIGNATURE)
    bench.token = "0" * 64
    for act in (
        lambda: bench.begin(case, Act.RESET, PinKind.SIGNATURE),
        lambda: bench.relay(session),
        lambda: end(bench.desk, token=bench.token, session_id=session.id),
    ):
        assert code_of(act) == "counter.not-signed-in"


def test_holder_without_signature_certificate_gets_no_signature_pin() -> None:
    bench = CounterBench("under-15")
    case = bench.open(Visitor.LEGAL_REPRESENTATIVE)
    assert code_of(lambda: bench.ask(case, (Act.RESET, PinKind.SIGNATURE))) == "counter.no-signature-certificate"
    bench.ask(case, (Act.RENEW, PinKind.SIGNATURE))
    bench.approve(case)
    assert code_of(lambda: bench.renew(case, PinKind.SIGNATURE)) == "issuer.too-young"


def test_flipped_bit_on_the_way_to_the_card_renews_nothing(bench: CounterBench) -> None:
    kind = PinKind.AUTHENTICATION
    old = bench.certificate(kind)
    case = bench.open()
    bench.ask(case, (Act.RENEW, kind))
    bench.approve(case)
    session = bench.begin(case, Act.RENEW, kind)
    command = bench.relay(session, until=5)
    assert command is not None
    bench.card.transmit(command[:40] + bytes((command[40] ^ 1,)) + command[41:])
    assert bench.certificate(kind) == old
    assert bench.image.administration.reset_number == 0


def test_no_cancel_token_reaches_what_a_clerk_asked_for(bench: CounterBench) -> None:
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.SIGNATURE))
    begun = bench.begin(case, Act.RESET, PinKind.SIGNATURE)
    end(bench.desk, token=bench.token, session_id=begun.id)
    token = bench.desk.veil.cancel_token(begun.pseudonym, begun.reservation)
    for act in (cancel_reservation, find_reservation):
        assert code_of(lambda act=act: act(bench.desk, cancel_token=token)) == "reset.unknown-cancel-token"  # type: ignore[misc]
