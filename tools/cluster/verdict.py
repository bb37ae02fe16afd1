"""What must be true at the end, read from every card and every row."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from kaijo import app
from kaijo.clock import Clock
from kaijo.reset import audit_file
from kaijo.reset.states import ACTIVE, GrantOutcome, ReservationState
from tools.cluster.load import Walker


@dataclass(frozen=True)
class Verdict:
    """What was counted, and every sentence that should not be there."""

    acknowledged: int
    used: int
    resets_by_the_cards: int
    audit_rows: int
    complaints: list[str]

    def as_dict(self) -> dict[str, object]:
        """Return it in JSON's types."""
        return asdict(self)


def judge(data: Path, clock: Clock, database: str | None, walkers: list[Walker]) -> Verdict:
    """Read all cards and rows. Nothing acknowledged may be missing, nothing used twice, nothing half done."""
    desk = app.desk(data, clock, face_required=False, database=database)
    complaints: list[str] = []
    used = resets = 0
    for number, one in enumerate(walkers):
        pseudonym = desk.veil.pseudonym(one.card_id)
        with desk.store.begin() as records:
            rows = records.reservations(pseudonym)
            grants = [grant for row in rows for grant in records.grants(pseudonym, row.id)]
        by_id = {row.id: row for row in rows}
        states = Counter(row.state for row in rows)
        spent = Counter(grant.reservation for grant in grants if grant.outcome is GrantOutcome.USED)
        said = one.reset_number
        used, resets = used + states[ReservationState.USED], resets + said
        for made in one.acknowledged:
            if made not in by_id:
                complaints.append(f"card {number}: an acknowledged reservation is lost")
            elif by_id[made].state is not ReservationState.USED:
                complaints.append(f"card {number}: an acknowledged reservation is {by_id[made].state.value}")
        if said != states[ReservationState.USED]:
            complaints.append(f"card {number}: reset {said} times, {states[ReservationState.USED]} reservations used")
        if set(spent) != {row.id for row in rows if row.state is ReservationState.USED} or set(spent.values()) > {1}:
            complaints.append(f"card {number}: grants that were used do not fit the reservations that were")
        if sum(states[state] for state in ACTIVE) > 1:
            complaints.append(f"card {number}: more than one active reservation")
    trail = app.audit_trail(data, clock, database=database)
    found = audit_file.verify(trail.export())
    complaints += [f"audit trail: {finding.plain()}" for finding in found.findings]
    return Verdict(sum(len(one.acknowledged) for one in walkers), used, resets, found.rows, complaints)
