"""What the service remembers of a terminal, and who remembers it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kaijo.reset.records import Place


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal: expected from `enrolled_at`, known once it has shown its key, no longer after `revoked_at`.

    `code` is the keyed name of the enrolment code, `public_key` an Ed25519 key (32 bytes).
    """

    id: str
    name: str
    place: Place
    code: str = field(repr=False)
    code_ends_at: datetime
    enrolled_at: datetime
    public_key: bytes | None = field(default=None, repr=False)
    revoked_at: datetime | None = None


class TerminalRecords(Protocol):
    """The rows of terminals inside one transaction. A bool says whether exactly one row changed."""

    def add_terminal(self, terminal: Terminal) -> bool:
        """Keep a new terminal; False when one of that name is there and not revoked."""
        ...

    def find_terminal(self, terminal_id: str) -> Terminal | None:
        """Return the terminal of that id."""
        ...

    def terminal_of_code(self, code: str) -> Terminal | None:
        """Return the terminal that was given the code of that keyed name."""
        ...

    def terminals(self) -> tuple[Terminal, ...]:
        """Return every terminal, by name, the newest of a name first."""
        ...

    def join_terminal(self, terminal: Terminal, public_key: bytes) -> bool:
        """Keep the key of a terminal that has none and is not revoked."""
        ...

    def revoke_terminal(self, terminal: Terminal, at: datetime) -> bool:
        """Revoke a terminal that is not revoked."""
        ...

    def refuse_terminal(self, terminal: Terminal, code: str) -> None:
        """Note that a terminal which proved to be this one was refused."""
        ...

    def use_number(self, terminal: Terminal, number: str, at: datetime, forget: datetime) -> bool:
        """Use up a number of the terminal's; False when it was used. Those used before `forget` are forgotten."""
        ...

    def terminals_seen(self) -> dict[str, datetime]:
        """Return by id when each terminal was last heard of, as far as that is remembered."""
        ...
