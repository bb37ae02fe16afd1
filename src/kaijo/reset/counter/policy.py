"""What the counter does for whom, as total tables: a pair that is missing would be a question nobody answered."""

from collections.abc import Mapping
from typing import Final

from kaijo.card.administration import Act
from kaijo.facts.counter import Visitor, counter_kinds
from kaijo.facts.pins import PinKind

# Kinds that have a certificate; the other two PINs are no one's signature.
RENEWABLE: Final = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)

# (who came, what is asked for) -> whether a second clerk must agree. Our own rule: whatever is done without the holder
# in person, and whatever makes a new means of signing.
SECOND: Final[Mapping[tuple[Visitor, Act], bool]] = {
    (Visitor.HOLDER, Act.RESET): False,
    (Visitor.HOLDER, Act.RENEW): True,
    (Visitor.LEGAL_REPRESENTATIVE, Act.RESET): True,
    (Visitor.LEGAL_REPRESENTATIVE, Act.RENEW): True,
    (Visitor.PROXY, Act.RESET): True,
    (Visitor.PROXY, Act.RENEW): True,
}


def refusal(act: Act, kind: PinKind, *, has_signature: bool) -> str | None:
    """Return None when the counter does this for such a card, else the code of the refusal.

    A signature PIN without signature certificate would open nothing; the certificate comes first.
    """
    if act is Act.RENEW:
        return None if kind in RENEWABLE else "counter.no-certificate-of-kind"
    if kind not in counter_kinds():
        return "counter.not-in-scope"
    return "counter.no-signature-certificate" if kind is PinKind.SIGNATURE and not has_signature else None
