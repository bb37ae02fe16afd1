"""Clerks: signing in and out, the lock after too many misses and the way out of it, and their own cards."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from kaijo.errors import Refused
from kaijo.facts.counter_papers import clerk_tries, sign_in_life
from kaijo.reset.counter.journal import entry
from kaijo.reset.counter.passwords import matches, protect
from kaijo.reset.counter.records import DONE, Clerk, Deed, SignIn
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.ports import Records

_TOKEN_SIZE = 32
_SALT_SIZE = 16


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A clerk at work. `token` is what the terminal shows from now on; the service keeps only its hash."""

    token: str = field(repr=False)
    clerk: str
    expires_at: datetime


def add_clerk(desk: Desk, clerk_id: str, password: str) -> None:
    """Keep a clerk with this password; one who was there keeps the own card, and is not locked out any more."""
    protected = protect(password, desk.randomness(_SALT_SIZE))
    with desk.store.begin() as records:
        before = records.find_clerk(clerk_id)
        records.put_clerk(Clerk(clerk_id, protected, own_card=None if before is None else before.own_card))


def sign_in(desk: Desk, *, clerk_id: str, password: str, key: str | None = None) -> SignedIn:
    """Return the clerk, signed in for a while [fact: clerk-sign-in-life]; with the same `key` by the same token.

    Raises as `check_password`.
    """
    clerk = check_password(desk, clerk_id=clerk_id, password=password, deed=Deed.SIGN_IN)
    now, token = desk.clock.now(), drawn(desk, _TOKEN_SIZE, key=key, place=f"sign-in {clerk_id}").hex()
    made = SignedIn(token, clerk.id, now + sign_in_life())
    with desk.store.begin() as records:
        records.drop_sign_ins(digest=None, before=now)
        earlier = None if key is None else records.find_sign_in(_digest(token))
        if earlier is not None:
            return replace(made, expires_at=earlier.expires_at)
        records.add_sign_in(SignIn(_digest(token), clerk.id, made.expires_at))
        records.add_entry(entry(desk, Deed.SIGN_IN, now, clerk=clerk.id))
    return made


def sign_out(desk: Desk, *, token: str) -> None:
    """Forget the sign-in. A token that is none changes nothing."""
    with desk.store.begin() as records:
        records.drop_sign_ins(digest=_digest(token), before=desk.clock.now())


def check_password(desk: Desk, *, clerk_id: str, password: str, deed: Deed) -> Clerk:
    """Return the clerk whose password this is; `deed` is what a miss is written down under.

    The try is counted before the password is looked at, so that no number of callers at once has more tries than one.
    Raises Refused `counter.wrong-sign-in` (also for a clerk that there is not), `counter.clerk-locked` after
    [fact: clerk-tries] misses in a row.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        clerk = records.find_clerk(clerk_id)
        locked = clerk is not None and clerk.misses >= clerk_tries()
        if clerk is not None and not locked:
            records.put_clerk(replace(clerk, misses=clerk.misses + 1))
    right = not locked and matches(password, "" if clerk is None else clerk.password)
    code = "counter.clerk-locked" if locked else DONE if right else "counter.wrong-sign-in"
    if clerk is None or locked:
        raise Refused(code)
    with desk.store.begin() as records:
        if right:
            records.put_clerk(replace(records.find_clerk(clerk_id) or clerk, misses=0))
        else:
            records.add_entry(entry(desk, deed, now, clerk=clerk.id, outcome=code))
    if not right:
        raise Refused(code)
    return clerk


def signed_in(records: Records, token: str, at: datetime) -> Clerk:
    """Return the clerk whose token this is. Raises Refused `counter.not-signed-in`."""
    found = records.find_sign_in(_digest(token))
    clerk = None if found is None or at >= found.expires_at else records.find_clerk(found.clerk)
    if clerk is None:
        raise Refused("counter.not-signed-in")
    return clerk


def require_clerk(desk: Desk, token: str) -> Clerk:
    """Return the clerk whose token this is. Raises Refused `counter.not-signed-in`."""
    with desk.store.look() as records:
        return signed_in(records, token, desk.clock.now())


def list_clerks(desk: Desk, *, token: str) -> tuple[Clerk, ...]:
    """Return every clerk. Raises Refused `counter.not-signed-in`."""
    with desk.store.look() as records:
        signed_in(records, token, desk.clock.now())
        return records.clerks()


def is_locked(clerk: Clerk) -> bool:
    """Return whether the clerk is locked out."""
    return clerk.misses >= clerk_tries()


def unlock(desk: Desk, *, token: str, clerk_id: str) -> Clerk:
    """Return the clerk, whom another one lets in again.

    Raises Refused `counter.not-signed-in`, `counter.same-clerk`, `counter.unknown-clerk`.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        helper = signed_in(records, token, now)
        if helper.id == clerk_id:
            raise Refused("counter.same-clerk")
        clerk = records.find_clerk(clerk_id)
        if clerk is None:
            raise Refused("counter.unknown-clerk", clerk=clerk_id)
        free = replace(clerk, misses=0)
        records.put_clerk(free)
        records.add_entry(replace(entry(desk, Deed.UNLOCK, now, clerk=clerk.id), second=helper.id))
    return free


def note_own_card(desk: Desk, *, token: str, authentication_certificate: bytes) -> Clerk:
    """Note that this card is the clerk's own, whom the counter will never let serve it.

    Raises Refused `counter.not-signed-in`, `reset.unknown-card`, `counter.own-card-known` when another one is noted:
    a clerk could otherwise put it out of the way.
    """
    now = desk.clock.now()
    card = desk.registry.find(authentication_certificate)
    if card is None:
        raise Refused("reset.unknown-card")
    pseudonym = desk.veil.pseudonym(card.card_id)
    with desk.store.begin() as records:
        clerk = signed_in(records, token, now)
        if clerk.own_card not in {None, pseudonym}:
            raise Refused("counter.own-card-known")
        if clerk.own_card == pseudonym:
            return clerk
        noted = replace(clerk, own_card=pseudonym)
        records.put_clerk(noted)
        records.add_entry(replace(entry(desk, Deed.OWN_CARD, now, clerk=clerk.id), pseudonym=pseudonym))
    return noted


def require_not_own(clerk: Clerk, pseudonym: str) -> None:
    """Raise Refused `counter.own-card` when the card is the clerk's own."""
    if clerk.own_card == pseudonym:
        raise Refused("counter.own-card")


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
