"""Any order of right and wrong PINs, queries, resets, power cuts and selections against a model of two numbers."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard

from .handmade import JPKI, SURFACE, Office, handmade_image, say, talk

MOST = {0x98: 3, 0x9B: 5}
KIND = {0x98: PinKind.AUTHENTICATION, 0x9B: PinKind.SIGNATURE}
READ = {0x98: "802A039701AA00", 0x9B: "00B0810001"}
REFERENCES = st.sampled_from(sorted(MOST))


class Tries(RuleBasedStateMachine):
    @initialize()
    def issue(self) -> None:
        self.card = VirtualCard(handmade_image(), place="table")
        self.value = {0x98: "31323334", 0x9B: "414243313233"}
        self.left = dict(MOST)
        self.verified: set[int] = set()
        self.resets = 0
        talk(self.card, JPKI)

    def present(self, reference: int, value: str) -> str:
        return say(self.card, f"002000{reference:02X}{len(value) // 2:02X}{value}")

    @rule(reference=REFERENCES)
    def verify_right(self, reference: int) -> None:
        locked = not self.left[reference]
        assert self.present(reference, self.value[reference]) == ("6984" if locked else "9000")
        if not locked:
            self.left[reference] = MOST[reference]
            self.verified.add(reference)

    @rule(reference=REFERENCES, value=st.sampled_from(["30303030", "39", "41" * 16]))
    def verify_wrong(self, reference: int, value: str) -> None:
        if not self.left[reference]:
            assert self.present(reference, value) == "6984"
            return
        self.left[reference] -= 1
        self.verified.discard(reference)
        assert self.present(reference, value) == f"63C{self.left[reference]}"

    @rule(reference=REFERENCES, digits=st.sampled_from(["313131313131", "323232323232"]))
    def change(self, reference: int, digits: str) -> None:
        status = say(self.card, f"002401{reference:02X}06{digits}")
        assert status == ("9000" if reference in self.verified else "6982")
        if reference in self.verified:
            self.value[reference], self.left[reference] = digits, MOST[reference]

    @rule(reference=REFERENCES, digit=st.sampled_from("56"), granted=REFERENCES)
    def reset(self, reference: int, digit: str, granted: int) -> None:
        assert Office(self.card).grant(KIND[granted], self.resets) == 0x9000
        self.verified.clear()
        new = f"3{digit}" * (4 if reference == 0x98 else 6)
        answer = talk(self.card, JPKI, f"002C02{reference:02X}{len(new) // 2:02X}{new}")[1]
        assert answer[-4:] == ("9000" if granted == reference else "6982")
        if granted == reference:
            self.value[reference], self.left[reference] = new, MOST[reference]
            self.resets += 1

    @rule()
    def lose_power(self) -> None:
        self.card.power_cycle()
        self.verified.clear()
        talk(self.card, JPKI)

    @rule()
    def reset_warm(self) -> None:
        self.card.reset()
        talk(self.card, JPKI)

    @rule()
    def visit_another_application(self) -> None:
        talk(self.card, SURFACE, JPKI)
        self.verified.clear()

    @precondition(lambda self: self.resets < 3)
    @rule(reference=REFERENCES)
    def reset_without_grant(self, reference: int) -> None:
        self.card.power_cycle()
        self.verified.clear()
        assert talk(self.card, JPKI, f"002C02{reference:02X}06353535353535")[1] == "6982"

    @invariant()
    def card_and_model_agree(self) -> None:
        if not hasattr(self, "card"):
            return
        for reference, left in self.left.items():
            assert say(self.card, f"002000{reference:02X}") == f"63C{left}"
            opened = say(self.card, READ[reference])[-4:] == "9000"
            assert opened == (reference in self.verified)


TestTries = Tries.TestCase
TestTries.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
