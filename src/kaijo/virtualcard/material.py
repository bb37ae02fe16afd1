"""What one card is made from: its dates, its keys, its certificates."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from kaijo.clock import JST
from kaijo.facts.book import fact
from kaijo.facts.pins import PinKind
from kaijo.facts.usable import renewable_from
from kaijo.virtualcard.certificates import Validity
from kaijo.virtualcard.hierarchy import generate_key
from kaijo.virtualcard.identity import Identity

# How old cards are when they are made. Our own choice: half a year after the end of certificates of the longest life
# for the expired ones, else old enough to have been used and far from the next renewal.
_USUAL_AGE = timedelta(days=548)
_EXPIRED_AGE = timedelta(days=2009)
_ISSUED_AT = time(10, 15)
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Term:
    """How long a card and its certificates last."""

    certificates: Validity
    card_expiry: date


@dataclass(frozen=True, slots=True)
class CardKeys:
    """The private keys of one card; `signature` is None on a card without signature certificate."""

    authentication: RSAPrivateKey = field(repr=False)
    signature: RSAPrivateKey | None = field(repr=False)
    surface: RSAPrivateKey = field(repr=False)
    attributes: RSAPrivateKey = field(repr=False)
    common: RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardCertificates:
    """The holder's certificates; `signature` is None on a card without."""

    authentication: x509.Certificate
    signature: x509.Certificate | None

    def of(self, kind: PinKind) -> x509.Certificate | None:
        """Return the certificate of a kind."""
        return self.signature if kind is PinKind.SIGNATURE else self.authentication


def generate_keys(*, signature: bool) -> CardKeys:
    """Return new keys for a card, with or without a signature key. Takes some 50 ms a key."""
    return CardKeys(
        authentication=generate_key(),
        signature=generate_key() if signature else None,
        surface=generate_key(),
        attributes=generate_key(),
        common=generate_key(),
    )


def term(holder: Identity, at: datetime, *, expired: bool) -> Term:
    """Return when a card in use at `at` was issued, and when it ends [fact: certificate-life, card-life]."""
    day = (at - (_EXPIRED_AGE if expired else _USUAL_AGE)).astimezone(JST).date()
    card_end = card_expiry(holder, day)
    end = nth_birthday(holder.birth_date, day, fact("certificate-life").count("birthdays"))
    life = Validity(
        datetime.combine(day, _ISSUED_AT, JST),
        datetime.combine(min(end, card_end), _LAST_SECOND, JST),
    )
    return Term(life, card_end)


def made_at(since: datetime, *, expired: bool) -> datetime:
    """Return a moment of the day on which a card was made that looks issued at `since`: the inverse of `term`."""
    return since + (_EXPIRED_AGE if expired else _USUAL_AGE)


def card_expiry(holder: Identity, issued: date) -> date:
    """Return the last day of a card issued on the day `issued` [fact: card-life]."""
    row = fact("card-life")
    of_age = nth_birthday(holder.birth_date, holder.birth_date, row.count("adult_age")) <= issued
    return nth_birthday(holder.birth_date, issued, row.count("adult" if of_age else "minor"))


def renewed_life(holder: Identity, at: datetime, *, issued: date, old_end: date | None) -> Validity:
    """Return the life of a certificate renewed at `at` on a card issued on the day `issued`.

    It ends with the card at the latest; renewed early, in the months before `old_end`, it ends a birthday later
    [fact: certificate-life, certificate-renewal].
    """
    day = at.astimezone(JST).date()
    early = old_end is not None and renewable_from(old_end) <= day <= old_end
    row = fact("certificate-renewal")
    count = row.count("early_end_birthdays") if early else fact("certificate-life").count("birthdays")
    end = min(nth_birthday(holder.birth_date, day, count), card_expiry(holder, issued))
    return Validity(at.astimezone(JST).replace(microsecond=0), datetime.combine(end, _LAST_SECOND, JST))


def nth_birthday(born: date, after: date, count: int) -> date:
    """Return the birthday number `count` after the day `after`; who was born on 29 February has it on the 28th."""
    day = min(born.day, 28) if born.month == 2 else born.day
    this_year = date(after.year, born.month, day)
    return this_year.replace(year=after.year + count - (this_year > after))
