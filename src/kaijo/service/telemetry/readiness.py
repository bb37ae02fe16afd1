"""Whether this process should be sent requests: each check by name, and the code of what is wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Final

from kaijo.clock import JST
from kaijo.errors import KaijoError, ServiceTrouble
from kaijo.facts.book import book
from kaijo.reset.desk import Desk

Check = Callable[[], None]
"""Ends in peace, or raises the KaijoError that says what is wrong."""

_NOBODY: Final = b"KAIJO-READY"


class Stopping:
    """Whether the process was told to stop."""

    def __init__(self) -> None:
        self._told = False

    def tell(self) -> None:
        """Say that it is to stop."""
        self._told = True

    def check(self) -> None:
        """Raise ServiceTrouble `service.stopping` once it was told."""
        if self._told:
            raise ServiceTrouble("service.stopping")


def checks_of(desk: Desk, stopping: Stopping) -> dict[str, Check]:
    """Return every check of this desk, by name."""
    return {
        "running": stopping.check,
        "database": lambda: _database(desk),
        "keys": lambda: _keys(desk),
        "revocation": lambda: desk.trust.demand_lists(desk.clock.now()),
        "clock": lambda: _clock(desk),
    }


def run_checks(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """Return the code of what is wrong for every check, None where nothing is."""
    return {name: _code_of(check) for name, check in checks.items()}


def _code_of(check: Check) -> str | None:
    try:
        check()
    except KaijoError as wrong:
        return wrong.code
    except Exception:  # noqa: BLE001 -- whatever it is, this process is not ready
        return "service.internal"
    return None


def _database(desk: Desk) -> None:
    with desk.store.look() as records:
        records.last_checkpoint()


def _keys(desk: Desk) -> None:
    if not desk.keys.versions:
        raise ServiceTrouble("keys.unknown-version", version=0)
    desk.keys.receipt_mac(_NOBODY, _NOBODY, desk.keys.versions[0])


def _clock(desk: Desk) -> None:
    # One that lost its time stands before what was already written down, or before our facts were checked.
    now = desk.clock.now()
    with desk.store.look() as records:
        last = records.last_checkpoint()
    written = datetime.combine(max(row.checked for row in book().values()), time.min, JST)
    if now < max(written, written if last is None else last[0].at):
        raise ServiceTrouble("service.clock-behind", now=now)
