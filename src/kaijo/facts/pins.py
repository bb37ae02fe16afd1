"""The four PIN kinds and the rules that hold for each."""

from enum import Enum
from typing import Literal, NamedTuple, Self, cast, get_args

from kaijo.facts.book import Fact, fact, kept

Alphabet = Literal["digits", "upper-and-digits"]


class PinKind(Enum):
    """A PIN of the card, by the one word we use for it everywhere."""

    SIGNATURE = "signature"
    AUTHENTICATION = "authentication"
    RESIDENT = "resident"
    ATTRIBUTES = "attributes"


class PinRule(NamedTuple):
    """The form of a PIN and how often in a row it may be wrong. Lengths in characters, both ends included."""

    kind: PinKind
    min_length: int
    max_length: int
    alphabet: Alphabet
    needs_letter_and_digit: bool
    tries_max: int

    @classmethod
    def from_fact(cls, kind: PinKind, row: Fact) -> Self:
        """Return the rule that `row` states for `kind`. Raises UsageProblem `facts.damaged`."""
        alphabet = row.take(str, "alphabet")
        if alphabet not in get_args(Alphabet):
            raise row.damaged("alphabet")
        rule = cls(
            kind=kind,
            min_length=row.count("min_length"),
            max_length=row.count("max_length"),
            alphabet=cast("Alphabet", alphabet),
            needs_letter_and_digit=row.take(bool, "needs_letter_and_digit"),
            tries_max=row.count("tries_max"),
        )
        if rule.max_length < rule.min_length:
            raise row.damaged("max_length")
        return rule


def read_kinds(row: Fact, *path: str) -> tuple[PinKind, ...]:
    """Return the PIN kinds that `row` lists under `path`. Raises UsageProblem `facts.damaged`."""
    try:
        return tuple(PinKind(kind) for kind in row.take(list, *path))
    except ValueError:
        raise row.damaged(*path) from None


@kept
def pin_rule(kind: PinKind) -> PinRule:
    """Return form and tries of a PIN kind [fact: pin-signature, pin-authentication, pin-resident, pin-attributes].

    Raises UsageProblem `facts.damaged`, as every reader of facts does.
    """
    return PinRule.from_fact(kind, fact(f"pin-{kind.value}"))


def code_tries() -> int:
    """Return the tries of each code that opens printed data: code A, code B, the birth date [fact: code-tries]."""
    return fact("code-tries").count("tries_max")


def tries_floor() -> int:
    """Return how many tries must be left for the guard to let a PIN through unasked [fact: tries-floor]."""
    return fact("tries-floor").count("tries")
