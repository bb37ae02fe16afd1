"""A case: who came, which papers were seen, what is asked for, and who agreed to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kaijo.card.administration import Act, ResetState
from kaijo.errors import Refused
from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import case_life, documents
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.clerks import check_password, require_clerk, require_not_own, signed_in
from kaijo.reset.counter.journal import entry
from kaijo.reset.counter.letters import is_letter_visit, use_letter
from kaijo.reset.counter.policy import refusal
from kaijo.reset.counter.records import Asked, Case, Deed
from kaijo.reset.counter.standing import AskedState, Standing, find_case, require_open, standings
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.receipts import settle_if_authentic

_ID_SIZE = 16


@dataclass(frozen=True, slots=True)
class Papers:
    """What a clerk says of the visit: who came, for which visit of that case, what was seen, the code in the letter."""

    visitor: Visitor
    visit: int
    seen: tuple[str, ...]
    letter: str | None = None
    ticket: int | None = None


def open_case(
    desk: Desk,
    *,
    token: str,
    papers: Papers,
    authentication_certificate: bytes,
    reset_state: ResetState | None,
    key: str | None = None,
) -> Case:
    """Return a new case for the card that lies there; what the card says of its last act is settled first.

    The same clerk with the same `key` gets the same case of this card.

    Dead certificates are no obstacle: they are what people come for. Raises Refused `counter.not-signed-in`,
    `counter.unknown-visit`, `counter.documents-missing` (documents), `reset.unknown-card`, `counter.own-card`, what
    the letter is refused with. A refusal that concerns the card stands in the journal.
    """
    now = desk.clock.now()
    clerk = require_clerk(desk, token)
    wanted = documents(papers.visitor, papers.visit)
    if not wanted:
        raise Refused("counter.unknown-visit")
    if missing := [one for one in wanted if one not in papers.seen]:
        raise Refused("counter.documents-missing", documents=[f"document.{one}" for one in missing])
    card = desk.registry.find(authentication_certificate)
    if card is None:
        raise Refused("reset.unknown-card")
    settle_if_authentic(desk, card_id=card.card_id, receipt=reset_state.last if reset_state else None, at=now)
    pseudonym = desk.veil.pseudonym(card.card_id)
    case_id = f"{pseudonym}.{drawn(desk, _ID_SIZE, key=key, place=f'case {pseudonym} {clerk.id}').hex()}"
    case = Case(
        pseudonym=pseudonym,
        id=case_id,
        visitor=papers.visitor,
        visit=papers.visit,
        documents=wanted,
        clerk=clerk.id,
        ticket=papers.ticket,
        has_signature=card.signature is not None,
        sealed=desk.veil.seal(card.card_id, case_id),
        opened_at=now,
        expires_at=now + case_life(),
    )
    try:
        require_not_own(clerk, pseudonym)
        with desk.store.begin() as records:
            earlier = None if key is None else records.find_case(pseudonym, case_id)
            if earlier is not None:
                return earlier
            records.add_case(case)
            if is_letter_visit(papers.visitor, papers.visit):
                use_letter(desk, records, case, papers.letter or "", at=now)
            records.add_entry(entry(desk, Deed.CASE, now, clerk=clerk.id, case=case))
    except Refused as refused:
        note_refusal(desk, Deed.CASE, clerk.id, replace(case, id=""), refused)
        raise
    return case


def ask(desk: Desk, *, token: str, case_id: str, acts: Sequence[tuple[Act, PinKind]]) -> tuple[Standing, ...]:
    """Ask for these acts in a case and return how all of the case stand. One that is asked for already stays.

    Raises Refused `counter.not-signed-in`, `counter.unknown-case`, `counter.case-over`, `counter.first-visit` (the
    letter comes first), and what the policy refuses.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        clerk = signed_in(records, token, now)
        case = require_open(records, case_id, now)
        if case.visitor is Visitor.PROXY and not is_letter_visit(case.visitor, case.visit):
            raise Refused("counter.first-visit")
        for act, kind in acts:
            code = refusal(act, kind, has_signature=case.has_signature)
            if code is not None:
                raise Refused(code, kind=kind)
            if records.find_asked(case.pseudonym, case.id, act, kind) is None:
                records.put_asked(Asked(case.pseudonym, case.id, act, kind, clerk.id, now))
                records.add_entry(replace(entry(desk, Deed.ASK, now, clerk=clerk.id, case=case), act=act, kind=kind))
        return standings(records, case)


def approve(desk: Desk, *, token: str, case_id: str, clerk_id: str, password: str) -> tuple[Standing, ...]:
    """Let a second clerk, by own password, agree to everything in the case that waits for one; again, changes nothing.

    Raises Refused `counter.not-signed-in`, `counter.unknown-case`, `counter.case-over`, `counter.same-clerk`,
    `counter.own-card`, `counter.nothing-to-approve`, and as `check_password`.
    """
    now = desk.clock.now()
    with desk.store.look() as records:
        first = signed_in(records, token, now)
        case = require_open(records, case_id, now)
        asked = standings(records, case)
    waiting = [one for one in asked if one.state is AskedState.NEEDS_SECOND]
    if not waiting and any(one.asked.second == clerk_id for one in asked):
        check_password(desk, clerk_id=clerk_id, password=password, deed=Deed.APPROVE)
        return asked
    if not waiting:
        raise Refused("counter.nothing-to-approve")
    # Not the one at the screen, and not one who opened the case or asked: four eyes are two pairs.
    if clerk_id in {first.id, case.clerk, *(one.asked.clerk for one in waiting)}:
        refused = Refused("counter.same-clerk")
        note_refusal(desk, Deed.APPROVE, first.id, case, refused)
        raise refused
    second = check_password(desk, clerk_id=clerk_id, password=password, deed=Deed.APPROVE)
    try:
        require_not_own(second, case.pseudonym)
    except Refused as refused:
        note_refusal(desk, Deed.APPROVE, second.id, case, refused)
        raise
    with desk.store.begin() as records:
        require_open(records, case_id, now)
        for one in waiting:
            records.put_asked(replace(one.asked, second=second.id))
            line = entry(desk, Deed.APPROVE, now, clerk=one.asked.clerk, case=case)
            records.add_entry(replace(line, second=second.id, act=one.asked.act, kind=one.asked.kind))
        return standings(records, case)


def look_at_case(desk: Desk, *, token: str, case_id: str) -> tuple[Case, tuple[Standing, ...]]:
    """Return a case, be it over or not, and how its acts stand.

    Raises Refused `counter.not-signed-in`, `counter.unknown-case`.
    """
    with desk.store.look() as records:
        signed_in(records, token, desk.clock.now())
        case = find_case(records, case_id)
        return case, standings(records, case)


def close_case(desk: Desk, *, token: str, case_id: str) -> Case:
    """Return the case, closed; one that is closed stays as it is.

    Raises Refused `counter.not-signed-in`, `counter.unknown-case`.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        clerk = signed_in(records, token, now)
        case = find_case(records, case_id)
        if case.closed_at is None and records.close_case(case, now):
            records.add_entry(entry(desk, Deed.CLOSE, now, clerk=clerk.id, case=case))
        return find_case(records, case_id)


def note_refusal(
    desk: Desk,
    deed: Deed,
    clerk: str,
    case: Case,
    refused: Refused,
    *,
    about: tuple[Act | None, PinKind | None] = (None, None),
) -> None:
    """Write down a refusal, in a transaction of its own: the refused one leaves nothing."""
    line = entry(desk, deed, desk.clock.now(), clerk=clerk, outcome=refused.code, case=case)
    act, kind = about
    with desk.store.begin() as records:
        records.add_entry(replace(line, case=case.id or None, act=act, kind=kind))
