"""The guard and answers that say nothing clear: unknown is said, nothing is sent twice, every error tells its data."""

import pytest

from kaijo.card.administration import Grant, Receipt
from kaijo.card.apdu import Command
from kaijo.card.files import Application, Code, Jpki, Resident
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.clock import ManualClock
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, WrongPin
from kaijo.facts.pins import PinKind
from tests.support.scripted import Scripted
from tests.virtualcard.handmade import COMMON, JPKI, RESIDENT, handmade_image

from .dialogue import guard_over, played, trouble
from .test_guard import AUTHENTICATION, NOW, SIGNATURE, Bench

ASK, PIN, MISS = "00200098", "002000980431323334", "002000980438363432"
CHANGE = "002401800438363432"
RESET = "002C02980438363432" + "00"
READ = Command(0x00, 0xB0, 0x86, 0, le=16)
GONE = CardTrouble("card.removed")
ASKED = ((JPKI, "9000"), (ASK, "63C3"), (ASK, "63C3"))
RECEIPT = Receipt(Grant(AUTHENTICATION, bytes(range(16)), 1), bytes(range(16, 32)))

Dialogue = tuple[tuple[str, str | KaijoError], ...]


def verify(guard: Guard) -> None:
    guard.verify(AUTHENTICATION, "1234", shown=guard.tries(AUTHENTICATION))


def change(guard: Guard) -> None:
    guard.change(AUTHENTICATION, "1234", "8642", shown=guard.tries(AUTHENTICATION))


def which(guard: Guard) -> bool:
    return guard.new_is_valid(AUTHENTICATION, "1234", "8642", shown=guard.tries(AUTHENTICATION))


@pytest.mark.parametrize(
    ("question", "file", "second", "code"),
    [
        ("6A88", "6A82", None, "card.no-such-pin"),
        ("6A88", "6F00", None, "card.unexpected-status"),
        ("6A86", "9000", "6A88", "card.no-such-pin"),
        ("6A86", "9000", "6D00", "card.unexpected-status"),
        ("6A86", "9000", "9000", "card.tries-not-told"),
        ("6300", None, None, "card.tries-not-told"),
    ],
)
def test_question_without_a_count_says_why(question: str, file: str | None, second: str | None, code: str) -> None:
    rest = [(command, answer) for command, answer in (("00A4020C020018", file), ("00200080", second)) if answer]
    told, data = played(lambda guard: guard.tries(AUTHENTICATION), (JPKI, "9000"), (ASK, question), *rest)
    assert told == code
    if code == "card.unexpected-status":
        assert data == {
            "status": second or file,
            "meaning": f"outcome.{'card-fault' if second is None else 'not-supported'}",
        }
    else:
        assert data == {"kind": AUTHENTICATION}


@pytest.mark.parametrize("answer", ["6F00", "6581", "6282", "62F0", "6100", "6C04", "6A86", "6982", "6D00", "0000",
                                    "9001", "AA9000", "AA63C2", "90", ""])  # fmt: skip
def test_unclear_answer_to_a_pin_is_unknown_and_nothing_follows(answer: str) -> None:
    assert played(verify, *ASKED, (PIN, answer)) == ("card.verify-unknown", {"kind": AUTHENTICATION})


@pytest.mark.parametrize("locked", ["6983", "6984"])
def test_locked_in_answer_to_a_pin_is_said(locked: str) -> None:
    assert played(verify, *ASKED, (PIN, locked)) == ("card.locked", {"kind": AUTHENTICATION})


def test_miss_without_a_count_is_counted_by_asking() -> None:
    assert played(verify, *ASKED, (PIN, "6300"), (ASK, "63C2")) == (
        "card.wrong-pin", {"kind": AUTHENTICATION, "tries_left": 2},
    )  # fmt: skip
    assert played(verify, *ASKED, (PIN, "6300"), (ASK, GONE)) == ("card.verify-unknown", {"kind": AUTHENTICATION})


def test_miss_tells_kind_and_count() -> None:
    assert played(verify, *ASKED, (PIN, "63C1")) == ("card.wrong-pin", {"kind": AUTHENTICATION, "tries_left": 1})


@pytest.mark.parametrize("answer", ["6F00", "63C2", "AA9000", GONE])
def test_change_without_a_clear_answer_is_unknown(answer: str | KaijoError) -> None:
    told = played(change, *ASKED, (PIN, "9000"), (CHANGE, answer))
    assert told == ("card.change-unknown", {"kind": AUTHENTICATION})


@pytest.mark.parametrize("answer", ["6982", "6985", "6A88", "6700", "6A86", "6A80", "6D00", "6988"])
def test_change_that_was_refused_says_so(answer: str) -> None:
    code, data = played(change, *ASKED, (PIN, "9000"), (CHANGE, answer))
    assert (code, data["status"]) == ("card.unexpected-status", answer)


@pytest.mark.parametrize(
    "after",
    [
        ((ASK, GONE),),
        ((ASK, "63C1"),),
        ((ASK, "6300"),),
        ((ASK, "63C3"), (MISS, GONE)),
        ((ASK, "63C3"), (MISS, CardTrouble("card.was-reset"))),
    ],
)
def test_card_lost_after_the_change_may_hold_either(after: Dialogue) -> None:
    told = played(change, *ASKED, (PIN, "9000"), (CHANGE, "9000"), *after)
    assert told == ("card.change-unknown", {"kind": AUTHENTICATION})


def test_change_is_proved_with_two_tries_left() -> None:
    guard, link = guard_over(*ASKED, (PIN, "9000"), (CHANGE, "9000"), (ASK, "63C2"), (MISS, "9000"))
    change(guard)
    assert link.played()


def test_new_pin_that_does_not_verify_is_told() -> None:
    told = played(change, *ASKED, (PIN, "9000"), (CHANGE, "9000"), (ASK, "63C3"), (MISS, "63C2"))
    assert told == ("card.wrong-pin", {"kind": AUTHENTICATION, "tries_left": 2})


def test_old_pin_is_not_sent_again_when_it_was_wrong() -> None:
    assert played(change, *ASKED, (PIN, "63C2"))[0] == "card.wrong-pin"


@pytest.mark.parametrize(
    "after", [((ASK, GONE),), ((ASK, "63C1"),), ((ASK, "63C2"), (PIN, CardTrouble("card.was-reset")))]
)
def test_try_that_was_spent_on_finding_out_is_told(after: Dialogue) -> None:
    told = played(which, *ASKED, (MISS, "63C2"), *after)
    assert told == ("card.verify-unknown", {"kind": AUTHENTICATION})


def test_old_pin_is_not_tried_with_one_left() -> None:
    assert played(which, *ASKED, (MISS, "63C1")) == ("card.wrong-pin", {"kind": AUTHENTICATION, "tries_left": 1})


def test_old_pin_is_tried_with_two_left() -> None:
    guard, link = guard_over(*ASKED, (MISS, "63C2"), (ASK, "63C2"), (PIN, "9000"))
    assert which(guard) is False
    assert link.played()


def halves(bench: Bench) -> list[bytes | None]:
    return [bench.image.directories[one].pins[Resident.PIN].value for one in (Application.RESIDENT, Application.COMMON)]


def test_half_of_a_resident_change_is_completed_when_the_card_is_asked() -> None:
    bench = Bench(handmade_image())
    bench.image.directories[Application.RESIDENT].pins[Resident.PIN].value = b"8642"
    shown = bench.guard.tries(PinKind.RESIDENT)
    assert bench.guard.new_is_valid(PinKind.RESIDENT, "4321", "8642", shown=shown) is True
    assert halves(bench) == [b"8642", b"8642"]
    assert bench.left(PinKind.RESIDENT) == 3


@pytest.mark.parametrize(("held", "new"), [(b"8642", True), (b"4321", False)])
def test_whole_resident_pin_is_told(held: bytes, new: bool) -> None:
    bench = Bench(handmade_image())
    for one in (Application.RESIDENT, Application.COMMON):
        bench.image.directories[one].pins[Resident.PIN].value = held
    shown = bench.guard.tries(PinKind.RESIDENT)
    assert bench.guard.new_is_valid(PinKind.RESIDENT, "4321", "8642", shown=shown) is new
    assert halves(bench) == [held, held]


@pytest.mark.parametrize("spent", [Application.RESIDENT, Application.COMMON])
def test_resident_pin_has_the_tries_of_its_lower_half(spent: Application) -> None:
    bench = Bench(handmade_image())
    bench.image.directories[spent].pins[Resident.PIN].tries_left = 2
    assert bench.guard.tries(PinKind.RESIDENT).tries_left == 2


def test_half_with_fewer_tries_than_were_read_gets_no_pin() -> None:
    link = Scripted(
        (RESIDENT, "9000"), ("0020009C", "63C3"), (COMMON, "9000"), ("0020009C", "63C3"),
        (RESIDENT, "9000"), ("0020009C", "63C3"), (COMMON, "9000"), ("0020009C", "63C3"),
        (RESIDENT, "9000"), ("0020009C", "63C2"),
    )  # fmt: skip
    guard = Guard(link, ManualClock(NOW))
    shown = guard.tries(PinKind.RESIDENT)
    assert trouble(lambda: guard.verify(PinKind.RESIDENT, "4321", shown=shown)) == (
        "guard.count-changed", {"kind": PinKind.RESIDENT, "shown": 3, "tries_left": 2},
    )  # fmt: skip
    assert link.played()


def test_half_resident_change_with_two_tries_is_completed_by_asking_again() -> None:
    bench = Bench(handmade_image())
    first = bench.image.directories[Application.RESIDENT].pins[Resident.PIN]
    first.value, first.tries_left = b"8642", 3
    bench.guard.change(PinKind.RESIDENT, "4321", "8642", shown=bench.guard.tries(PinKind.RESIDENT))
    assert halves(bench) == [b"8642", b"8642"]
    first.value, first.tries_left = b"9753", 2
    with pytest.raises(WrongPin) as caught:
        bench.guard.change(PinKind.RESIDENT, "8642", "1357", shown=bench.guard.tries(PinKind.RESIDENT))
    assert caught.value.tries_left == 1


def test_refusals_say_what_was_shown_and_what_is() -> None:
    bench = Bench()
    shown = bench.guard.tries(AUTHENTICATION)
    bench.set_left(AUTHENTICATION, 1)
    last = bench.guard.tries(AUTHENTICATION)

    def told(shown: TriesReading, consent: LastTryConsent | None = None) -> tuple[str, dict[str, object]]:
        return trouble(lambda: bench.guard.verify(AUTHENTICATION, "1234", shown=shown, consent=consent))

    assert told(shown) == ("guard.count-changed", {"kind": AUTHENTICATION, "shown": 3, "tries_left": 1})
    assert told(last) == ("guard.last-try", {"kind": AUTHENTICATION, "tries_left": 1})
    assert told(last, LastTryConsent(shown)) == ("guard.stale-consent", {"kind": AUTHENTICATION, "seconds": 5})
    bench.set_left(AUTHENTICATION, 0)
    assert told(bench.guard.tries(AUTHENTICATION)) == ("card.locked", {"kind": AUTHENTICATION})
    assert trouble(lambda: bench.guard.change(SIGNATURE, "ABC123", "abc123", shown=shown)) == (
        "guard.same-pin", {"kind": SIGNATURE},
    )  # fmt: skip


def test_reading_of_another_place_stops_the_pin() -> None:
    bench = Bench()
    elsewhere = TriesReading(AUTHENTICATION, 3, 3, NOW, "elsewhere")
    with pytest.raises(GuardRefused) as caught:
        bench.guard.verify(AUTHENTICATION, "1234", shown=elsewhere)
    assert (caught.value.code, bench.pins_sent()) == ("guard.count-changed", 0)


@pytest.mark.parametrize("act", ["change", "new_is_valid"])
def test_last_try_is_held_back_from_every_act(act: str) -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 1)
    shown = bench.guard.tries(AUTHENTICATION)
    with pytest.raises(GuardRefused) as caught:
        getattr(bench.guard, act)(AUTHENTICATION, "1234", "8642", shown=shown)
    assert (caught.value.code, bench.pins_sent()) == ("guard.last-try", 0)
    getattr(bench.guard, act)(AUTHENTICATION, "8642" if act == "new_is_valid" else "1234",
                              "1234" if act == "new_is_valid" else "8642", shown=shown,
                              consent=LastTryConsent(shown))  # fmt: skip
    assert bench.left(AUTHENTICATION) == 3


def test_code_is_verified_like_a_pin() -> None:
    bench = Bench()
    shown = bench.guard.tries(Code.CODE_B)
    assert (shown.tries_left, shown.tries_max) == (10, 10)
    bench.guard.verify(Code.CODE_B, "55021720352285", shown=shown)
    assert bench.pins_sent() == 1


def test_short_file_ids_are_not_tried_twice_on_a_card_without() -> None:
    guard, link = guard_over(
        (JPKI, "9000"), (ASK, "6A86"), ("00A4020C020018", "9000"), ("00200080", "63C3"),
        ("00A4020C020018", "9000"), ("00200080", "63C3"),
    )  # fmt: skip
    guard.tries(AUTHENTICATION)
    guard.tries(AUTHENTICATION)
    assert link.played()


def reset(guard: Guard) -> Receipt:
    return guard.reset(AUTHENTICATION, "8642")


def test_reset_returns_the_receipt() -> None:
    guard, link = guard_over((JPKI, "9000"), (RESET, RECEIPT.encode().hex() + "9000"))
    assert reset(guard) == RECEIPT
    assert link.played()


@pytest.mark.parametrize("answer", ["9000", "AA9000", "6F00", "6581", "63C2", "90", GONE])
def test_reset_without_a_readable_receipt_is_unknown(answer: str | KaijoError) -> None:
    told = played(reset, (JPKI, "9000"), (RESET, answer))
    assert told == ("card.reset-unknown", {"kind": AUTHENTICATION})


def test_reset_that_was_refused_says_why() -> None:
    assert played(reset, (JPKI, "9000"), (RESET, "6982")) == ("card.no-grant", {"kind": AUTHENTICATION})
    code, data = played(reset, (JPKI, "9000"), (RESET, "6985"))
    assert (code, data["status"]) == ("card.unexpected-status", "6985")


def test_reset_of_a_wrong_form_never_leaves() -> None:
    guard, link = guard_over()
    assert trouble(lambda: guard.reset(AUTHENTICATION, "86421"))[0] == "guard.wrong-form"
    assert link.played()


def test_locked_card_is_refused_with_its_class() -> None:
    bench = Bench()
    bench.image.directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left = 0
    reading = bench.guard.tries(AUTHENTICATION)
    assert (reading.locked, reading.tries_left) == (True, 0)
    with pytest.raises(Refused):
        bench.guard.verify(AUTHENTICATION, "1234", shown=reading)


HALF_ASK, OLD_HALF, NEW_HALF = "0020009C", "0020009C0434333231", "0020009C0438363432"
HALF_CHANGED: Dialogue = (
    *((RESIDENT, "9000"), (HALF_ASK, "63C3"), (COMMON, "9000"), (HALF_ASK, "63C3")) * 2,
    (OLD_HALF, "9000"),
    (RESIDENT, "9000"), (HALF_ASK, "63C3"), (OLD_HALF, "63C2"),
)  # fmt: skip


def change_resident(guard: Guard) -> None:
    guard.change(PinKind.RESIDENT, "4321", "8642", shown=guard.tries(PinKind.RESIDENT))


def test_half_that_holds_the_new_pin_is_verified_and_not_changed_again() -> None:
    guard, link = guard_over(
        *HALF_CHANGED,
        (HALF_ASK, "63C2"), (NEW_HALF, "9000"),
        (COMMON, "9000"), (HALF_ASK, "63C3"), (OLD_HALF, "9000"), ("803200800438363432", "9000"),
        (HALF_ASK, "63C3"), (NEW_HALF, "9000"),
    )  # fmt: skip
    change_resident(guard)
    assert link.played()


def test_try_spent_on_finding_a_half_change_is_told_as_unknown() -> None:
    told = played(change_resident, *HALF_CHANGED, (HALF_ASK, GONE))
    assert told == ("card.verify-unknown", {"kind": PinKind.RESIDENT})


def test_new_pin_is_presented_in_the_form_that_the_card_answers() -> None:
    asked = (("00A4020C020018", "9000"), ("00200080", "63C3"))
    guard, link = guard_over(
        (JPKI, "9000"), (ASK, "6A86"), *asked, *asked, ("002000800431323334", "9000"), (CHANGE, "9000"),
        *asked, ("002000800438363432", "9000"),
    )  # fmt: skip
    change(guard)
    assert link.played()


def test_last_try_of_both_halves_goes_with_one_consent() -> None:
    bench = Bench(handmade_image())
    for one in (Application.RESIDENT, Application.COMMON):
        bench.image.directories[one].pins[Resident.PIN].tries_left = 1
    shown = bench.guard.tries(PinKind.RESIDENT)
    bench.guard.verify(PinKind.RESIDENT, "4321", shown=shown, consent=LastTryConsent(shown))
    assert bench.left(PinKind.RESIDENT) == 3
