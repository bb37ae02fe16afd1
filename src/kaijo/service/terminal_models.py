"""What goes over the wire about terminals."""

from enum import Enum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kaijo.reset.records import Place
from kaijo.reset.terminal_records import Terminal
from kaijo.service.models import HexText, base64_schema, from_base64

_KEY: Final = 32
_SIGNATURE: Final = 64

KeyBytes = Annotated[bytes, BeforeValidator(from_base64), Field(min_length=_KEY, max_length=_KEY), base64_schema(_KEY)]
EdSignature = Annotated[
    bytes, BeforeValidator(from_base64), Field(min_length=_SIGNATURE, max_length=_SIGNATURE), base64_schema(_SIGNATURE)
]


class TerminalRule(Enum):
    """Whether kiosks and counters must be enrolled."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


class JoinRequest(BaseModel):
    """A new terminal: the operator's code, the terminal's own Ed25519 key, and its signature over both."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    code: Annotated[str, Field(pattern="^[0-9A-Za-z-]{1,32}$", max_length=32)]
    public_key: KeyBytes
    signature: EdSignature


class TerminalAnswer(BaseModel):
    """The terminal as the service knows it."""

    terminal_id: HexText
    name: str
    place: Place

    @classmethod
    def of(cls, terminal: Terminal) -> "TerminalAnswer":
        """Return the answer for a terminal."""
        return cls(terminal_id=terminal.id, name=terminal.name, place=terminal.place)
