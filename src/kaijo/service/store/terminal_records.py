"""The terminals' part of the store's port in SQL."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from kaijo.reset.records import Place
from kaijo.reset.terminal_records import Terminal
from kaijo.service.store.rows import Row, moment, ticks
from kaijo.service.store.statements import Statements, read
from kaijo.service.store.terminal_schema import terminal_numbers, terminals


class SqlTerminals(Statements):
    """The rows of terminals; see `kaijo.reset.terminal_records.TerminalRecords` for what each method promises."""

    def add_terminal(self, terminal: Terminal) -> bool:
        """Keep a new terminal, if its name is free."""
        row = {
            "id": terminal.id,
            "name": terminal.name,
            "slot": terminal.name,
            "place": terminal.place.value,
            "code": terminal.code,
            "code_ends_at": ticks(terminal.code_ends_at),
            "enrolled_at": ticks(terminal.enrolled_at),
        }
        return self.inserts(terminals, row)

    def find_terminal(self, terminal_id: str) -> Terminal | None:
        """Return the terminal of that id."""
        row = self.row(terminals, terminals.c.id == terminal_id)
        return None if row is None else read(_terminal_of, row)

    def terminal_of_code(self, code: str) -> Terminal | None:
        """Return the terminal that was given that code."""
        row = self.row(terminals, terminals.c.code == code)
        return None if row is None else read(_terminal_of, row)

    def terminals(self) -> tuple[Terminal, ...]:
        """Return every terminal, by name, the newest of a name first."""
        order = (terminals.c.name, terminals.c.enrolled_at.desc(), terminals.c.id)
        found = self.connection.execute(select(terminals).order_by(*order)).mappings()
        return tuple(read(_terminal_of, row) for row in found)

    def join_terminal(self, terminal: Terminal, public_key: bytes) -> bool:
        """Keep the key of a terminal that has none."""
        free = (terminals.c.id == terminal.id, terminals.c.public_key.is_(None), terminals.c.revoked_at.is_(None))
        return self.moves(update(terminals).where(*free).values(public_key=public_key.hex()))

    def revoke_terminal(self, terminal: Terminal, at: datetime) -> bool:
        """Revoke a terminal that is not revoked."""
        known = (terminals.c.id == terminal.id, terminals.c.revoked_at.is_(None))
        return self.moves(update(terminals).where(*known).values(revoked_at=ticks(at), slot=None))

    def refuse_terminal(self, terminal: Terminal, code: str) -> None:
        """Leave no row: the audit trail is where this is noted."""

    def use_number(self, terminal: Terminal, number: str, at: datetime, forget: datetime) -> bool:
        """Use up a number, and forget the old ones."""
        old = (terminal_numbers.c.terminal == terminal.id, terminal_numbers.c.at < ticks(forget))
        if not self.inserts(terminal_numbers, {"terminal": terminal.id, "number": number, "at": ticks(at)}):
            return False
        self.connection.execute(delete(terminal_numbers).where(*old))
        return True

    def terminals_seen(self) -> dict[str, datetime]:
        """Return when each terminal was last heard of."""
        found = select(terminal_numbers.c.terminal, func.max(terminal_numbers.c.at))
        return {name: moment(at) for name, at in self.connection.execute(found.group_by(terminal_numbers.c.terminal))}


def _terminal_of(row: Row) -> Terminal:
    return Terminal(
        id=row["id"],
        name=row["name"],
        place=Place(row["place"]),
        code=row["code"],
        code_ends_at=moment(row["code_ends_at"]),
        enrolled_at=moment(row["enrolled_at"]),
        public_key=None if row["public_key"] is None else bytes.fromhex(row["public_key"]),
        revoked_at=None if row["revoked_at"] is None else moment(row["revoked_at"]),
    )
