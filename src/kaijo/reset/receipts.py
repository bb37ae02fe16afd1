"""The card's receipt: the only thing that says a reset, or a renewal, happened."""

from dataclasses import replace
from datetime import datetime
from hmac import compare_digest

from kaijo.card.administration import Act, Receipt
from kaijo.reset.counter.journal import note_done
from kaijo.reset.desk import Desk
from kaijo.reset.ports import CardKeys, Records
from kaijo.reset.records import Reservation
from kaijo.reset.states import GrantOutcome, ReservationState, require_won


def is_authentic(keys: CardKeys, card_id: bytes, receipt: Receipt) -> bool:
    """Return whether that card made the receipt, with a receipt key of any version."""
    made = (keys.receipt_mac(card_id, receipt.message(), version) for version in keys.versions)
    return any(compare_digest(mac, receipt.mac) for mac in made)


def authentic(desk: Desk, *, card_id: bytes, receipt: Receipt | None, at: datetime) -> Receipt | None:
    """Return the receipt if that card made it, else None; of a certificate renewed the issuer is told first."""
    if receipt is None or not is_authentic(desk.keys, card_id, receipt):
        return None
    if receipt.grant.act is Act.RENEW and desk.issuer is not None:
        desk.issuer.confirm(receipt.grant.reservation, at)
    return receipt


def settle(records: Records, *, pseudonym: str, receipt: Receipt, at: datetime) -> Reservation | None:
    """Write down the act that an authentic receipt proves, and return its reservation, used.

    A reservation that was replaced or has expired meanwhile is used all the same: the act happened. None, and
    nothing changes, when no grant of ours leads to this receipt: the card's number is always the grant's plus one.
    """
    done = receipt.grant
    reservation = records.find_reservation(pseudonym, done.reservation)
    grant = next(
        (
            row
            for row in records.grants(pseudonym, done.reservation)
            if (row.kind, row.reset_number + 1) == (done.kind, done.reset_number)
        ),
        None,
    )
    if reservation is None or grant is None or reservation.act is not done.act:
        return None
    if reservation.state is ReservationState.USED:
        return reservation
    used = reservation.used(at)
    require_won(records.move_reservation(reservation, used))
    require_won(records.move_grant(grant, replace(grant, outcome=GrantOutcome.USED)))
    if used.case is not None:
        note_done(records, used, at)
    return used


def settle_if_authentic(desk: Desk, *, card_id: bytes, receipt: Receipt | None, at: datetime) -> None:
    """Settle what the card's last receipt proves; one that this card did not make changes nothing."""
    proved = authentic(desk, card_id=card_id, receipt=receipt, at=at)
    if proved is not None:
        with desk.store.begin() as records:
            settle(records, pseudonym=desk.veil.pseudonym(card_id), receipt=proved, at=at)
