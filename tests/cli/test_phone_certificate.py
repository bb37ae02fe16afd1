"""The phone's own certificates at the terminal: set up, used with PIN or finger, their PINs reset with the card."""

from pathlib import Path

import pytest

from kaijo.card.guard import Guard, LastTryConsent
from kaijo.clock import ManualClock
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.words import label
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine, Ended
from tests.support.world import NIGHT, World, pins_of

PERSON = "fresh"
CARD_PIN = pins_of(PERSON)[PinKind.SIGNATURE]
LOGIN, SIGN = "7391", "PHONE2027"
DAY_BEFORE = "2027-03-14T12:00"


class Phone:
    """A phone that was set up with a card, and the program around both."""

    def __init__(self, world: World, kaijo: CommandLine) -> None:
        self.card, self.file = world.card_file(PERSON), world.folder / "phone.json"
        self._kaijo = kaijo
        self.made = self.do("certificate", *self.with_card(), stdin=f"{CARD_PIN}\n{LOGIN}\n{SIGN}\n")

    def with_card(self, card: Path | None = None) -> tuple[str, ...]:
        return "--card", str(card or self.card), "--clock", DAY_BEFORE

    def do(self, *words: str, stdin: str = "") -> Ended:
        return self._kaijo("phone", *words, "--phone", str(self.file), "--json", stdin=stdin)

    def rehearse(self, *words: str, stdin: str) -> Ended:
        night = ("--clock", NIGHT.isoformat(), "--json")
        return self._kaijo("rehearse", "--phone", str(self.file), *words, *night, stdin=stdin)

    def tries(self) -> list[int]:
        return [one["tries_left"] for one in self.do("show").json()["pins"]]

    def lock_the_card(self) -> None:
        guard = Guard(open_card(self.card), ManualClock(NIGHT))
        while not (shown := guard.tries(PinKind.SIGNATURE)).locked:
            with pytest.raises(Refused):
                guard.verify(PinKind.SIGNATURE, "WRONG999", shown=shown, consent=LastTryConsent(shown))
        guard.close()


@pytest.fixture
def phone(world: World, kaijo: CommandLine) -> Phone:
    return Phone(world, kaijo)


def test_phone_is_set_up_with_the_card_and_rehearsed_without(phone: Phone, kaijo: CommandLine) -> None:
    assert (phone.made.code, complaints("phone-certificate", phone.made.json())) == (0, [])
    ended = phone.rehearse(stdin=f"{LOGIN}\n{SIGN}\n")
    assert (ended.code, ended.json()["works"]) == (0, True)
    assert kaijo("rehearse", "--phone", str(phone.file), "--card", str(phone.card)).code == 2


def test_finger_is_switched_on_with_the_pin_and_off_again(phone: Phone) -> None:
    on = phone.do("biometric", "on", stdin=f"{LOGIN}\n")
    assert (on.code, complaints("phone-certificate", on.json())) == (0, [])
    assert [one["on"] for one in on.json()["biometrics"]] == [True]
    assert phone.rehearse("--finger", "own", stdin=f"{SIGN}\n").json()["works"]
    off = phone.do("biometric", "off")
    assert [one["on"] for one in off.json()["biometrics"]] == [False]
    ended = phone.rehearse("--finger", "own", stdin=f"{LOGIN}\n{SIGN}\n")
    assert ended.json()["works"]


def test_finger_that_does_not_match_says_so_and_the_pin_is_asked_for(phone: Phone) -> None:
    phone.do("biometric", "on", stdin=f"{LOGIN}\n")
    ended = phone.rehearse("--finger", "other", stdin=f"{LOGIN}\n{SIGN}\n")
    assert (ended.code, "4" in ended.err, phone.tries()) == (0, True, [3, 5])


def test_finger_without_a_phone_is_a_wrong_use(phone: Phone, kaijo: CommandLine) -> None:
    assert kaijo("rehearse", "--card", str(phone.card), "--finger", "own").code == 2


def test_wrong_pin_switches_nothing_on(phone: Phone) -> None:
    ended = phone.do("biometric", "on", stdin="0000\n")
    assert (ended.code, ended.json()["error"]["code"], phone.tries()) == (1, "phonecert.wrong-pin", [2, 5])


def test_phones_signature_pin_and_the_locked_card_reset_its_authentication_pin(phone: Phone) -> None:
    phone.lock_the_card()
    words = ("reset-own", "--pin", "authentication", *phone.with_card())
    ended = phone.do(*words, stdin=f"{SIGN}\n8462\n")
    assert (ended.code, complaints("phone-certificate", ended.json())) == (0, [])
    assert phone.rehearse(stdin=f"8462\n{SIGN}\n").json()["works"]
    stopped = phone.do("reset-own", "--pin", "signature", *phone.with_card(), stdin="x\n")
    assert (stopped.code, stopped.json()["error"]["code"]) == (1, "card.locked")


def test_cards_signature_pin_resets_the_phones(phone: Phone) -> None:
    words = ("reset-own", "--pin", "signature", *phone.with_card())
    wrong = phone.do(*words, stdin="WRONG999\nRENEWED77\n")
    assert (wrong.json()["error"]["code"], phone.tries()) == ("card.wrong-pin", [3, 5])
    assert phone.do(*words, stdin=f"{CARD_PIN}\nRENEWED77\n").code == 0
    assert phone.rehearse(stdin=f"{LOGIN}\nRENEWED77\n").json()["works"]


def test_last_try_of_the_phone_is_not_asked_for(phone: Phone) -> None:
    for _ in range(2):
        phone.do("biometric", "on", stdin="0000\n")
    ended = phone.do("biometric", "on", stdin=f"{LOGIN}\n")
    assert (ended.json()["error"]["code"], phone.tries()) == ("phonecert.last-try", [1, 5])


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_phone_says_in_words_how_it_stands(phone: Phone, kaijo: CommandLine, lang: str) -> None:
    ended = kaijo("phone", "show", "--phone", str(phone.file), "--lang", lang)
    assert label("phonecert.biometric.off", "en" if lang == "en" else "ja", kind=PinKind.AUTHENTICATION) in ended.out
    assert [pin for pin in (CARD_PIN, LOGIN, SIGN) if pin in ended.out + phone.made.out] == []
