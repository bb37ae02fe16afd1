"""Terminals that are known: the operator's list, and the keys of those that stand on this machine."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kaijo.app.database import database_place
from kaijo.app.folders import home, make_folder, secret
from kaijo.clock import Clock
from kaijo.errors import Refused, ServiceTrouble

if TYPE_CHECKING:
    from kaijo.reset.ports import Randomness
    from kaijo.reset.terminals import Gatehouse
    from kaijo.reset.veil import Veil
    from kaijo.service.store.audited import AuditedStore
    from kaijo.terminals.identity import Identity


@dataclass(frozen=True, slots=True)
class _Gatehouse:
    store: "AuditedStore"
    veil: "Veil"
    randomness: "Randomness"
    clock: Clock


@contextmanager
def gatehouse(data: Path, clock: Clock, *, database: str | None = None) -> "Iterator[Gatehouse]":
    """Give what the operator's acts on terminals need, of the service with its files in `data`.

    Raises ServiceTrouble `service.no-extra`, `store.…`.
    """
    try:
        from kaijo.reset.scribe import Scribe
        from kaijo.reset.veil import Veil
        from kaijo.service.store.audited import AuditedStore
        from kaijo.service.store.database import SqlStore
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None

    place = database_place(data, database)
    veil = Veil(secret(make_folder(data) / "veil.key"), randomness=secrets.token_bytes)
    store = AuditedStore(SqlStore(place), Scribe(veil, clock))
    try:
        yield _Gatehouse(store, veil, secrets.token_bytes, clock)
    finally:
        store.close()


def key_file(service: str, place: str) -> Path:
    """Return where the key of this machine's terminal for that service lies."""
    address = urlsplit(service)
    name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in address.netloc.lower())
    return home() / "terminals" / f"{place}@{name}.json"


def terminal_keys(service: str, clock: Clock) -> "tuple[Identity, ...]":
    """Return the terminals of this machine that are enrolled with that service. Raises as `load`."""
    from kaijo.terminals.identity import load

    found = (load(key_file(service, place), clock) for place in ("kiosk", "counter"))
    return tuple(one for one in found if one is not None)


def admit(data: Path, service: str, clock: Clock, names: Sequence[tuple[str, str]], *, keys: Path) -> None:
    """Have this machine's own terminals (name and place) known to its own running service, as any other would be.

    Their keys lie in the folder `keys`, and where the commands of this person find them. One that was revoked stays so.
    Raises as enrolling and joining.
    """
    from kaijo.terminals.identity import load

    for name, place in names:
        file = keys / f"{place}.json"
        own = load(file, clock)
        if own is None or not _is_known(service, own):
            own = enrolled(data, service, clock, name, place)
            own.save(file)
        own.save(key_file(service, place))


def enrolled(data: Path, service: str, clock: Clock, name: str, place: str) -> "Identity":
    """Return a new terminal that operator and terminal, both on this machine, enrolled. Raises as both."""
    from kaijo.reset.records import Place
    from kaijo.reset.terminals import enrol
    from kaijo.terminals.client import ServiceClient

    with gatehouse(data, clock) as house:
        _, code = enrol(house, name=name, place=Place(place))
    with ServiceClient(service) as client:
        return client.join(code, clock)


def _is_known(service: str, own: "Identity") -> bool:
    from kaijo.terminals.client import ServiceClient

    try:
        with ServiceClient(service, terminals=[own]) as client:
            client.own_terminal(own.place)
    except Refused as refusal:
        return refusal.code != "terminal.unknown"
    return True
