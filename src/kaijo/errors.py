"""The error tree. Every failure a person may meet is one of these; the sentence is made at the edge, from `words`."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import ClassVar


class KaijoError(Exception):
    """A failure with a code that the catalogue explains and the data that fills the explanation.

    `exit_code` is what a command ends with [design: exit codes].
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, /, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data: Mapping[str, object] = data

    def diagnostics(self) -> dict[str, object]:
        """Return code and data in JSON's types: times in ISO 8601 with offset, enumerations by value."""
        return {"code": self.code, "data": {key: _plain(value) for key, value in self.data.items()}}


class Refused(KaijoError):
    """The rules say no, or the news is bad: nothing failed, and the answer says where the way goes on."""


class WrongPin(Refused):
    """The card compared a PIN and said no. A try is spent; `tries_left` is the card's own count."""

    def __init__(self, *, kind: object, tries_left: int) -> None:
        super().__init__("card.wrong-pin" if tries_left else "card.wrong-pin-locked", kind=kind, tries_left=tries_left)
        self.tries_left = tries_left


class UsageProblem(KaijoError):
    """What was asked cannot be understood or does not exist."""

    exit_code = 2


class CardTrouble(KaijoError):
    """The card, the card file or the reader does not do its part."""

    exit_code = 3


class GuardRefused(KaijoError):
    """The guard did not let a PIN leave. Nothing was sent, no try was spent."""

    exit_code = 4


class ServiceTrouble(KaijoError):
    """The reservation service cannot be reached or answers out of contract."""

    exit_code = 5


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
