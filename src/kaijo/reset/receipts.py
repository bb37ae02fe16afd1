"""The card's receipt: the only thing that says a reset happened."""

from dataclasses import replace
from datetime import datetime
from hmac import compare_digest

from kaijo.card.administration import Receipt
from kaijo.reset.desk import Desk
from kaijo.reset.ports import CardKeys, Records
from kaijo.reset.records import Reservation
from kaijo.reset.states import GrantOutcome, ReservationState, require_won


def is_authentic(keys: CardKeys, card_id: bytes, receipt: Receipt) -> bool:
    """Return whether that card made the receipt."""
    return compare_digest(keys.receipt_mac(card_id, receipt.message()), receipt.mac)


def settle(records: Records, *, pseudonym: str, receipt: Receipt, at: datetime) -> Reservation | None:
    """Write down the reset that an authentic receipt proves, and return its reservation, used.

    A reservation that was replaced or has expired meanwhile is used all the same: the reset happened. None, and
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
    if reservation is None or grant is None or reservation.state is ReservationState.USED:
        return reservation if grant is not None else None
    used = reservation.used(at)
    require_won(records.move_reservation(reservation, used))
    require_won(records.move_grant(grant, replace(grant, outcome=GrantOutcome.USED)))
    return used


def settle_if_authentic(desk: Desk, *, card_id: bytes, receipt: Receipt | None, at: datetime) -> None:
    """Settle what the card's last receipt proves; one that this card did not make changes nothing."""
    if receipt is not None and is_authentic(desk.keys, card_id, receipt):
        with desk.store.begin() as records:
            settle(records, pseudonym=desk.veil.pseudonym(card_id), receipt=receipt, at=at)
