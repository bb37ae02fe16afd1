"""The request that is being served, for whoever writes a line or counts: its id, and the code it was answered with."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from kaijo.service.telemetry.fields import RequestId


@dataclass(slots=True)
class Served:
    """One request. Handlers run in threads with a copy of the context, so what they tell is written into this."""

    id: RequestId
    code: str | None = None


serving: Final[ContextVar[Served | None]] = ContextVar("serving", default=None)


def answered_with(code: str) -> None:
    """Note the code of the error that the present request is answered with."""
    served = serving.get()
    if served is not None:
        served.code = code
