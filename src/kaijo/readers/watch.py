"""Notices readers and cards as they come and go, and outlives the service itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from threading import Event

from kaijo.errors import CardTrouble
from kaijo.readers.context import PLUG_AND_PLAY, UNPLUGGED, Context, ReaderState

_NEVER = ReaderState(0, b"")
_FINAL = frozenset(("reader.pyscard-missing", "reader.access-denied"))


class Change(Enum):
    """What happened to the service, to a reader, or to the card in it."""

    SERVICE_FOUND = "service-found"
    SERVICE_LOST = "service-lost"
    READER_ADDED = "reader-added"
    READER_REMOVED = "reader-removed"
    CARD_INSERTED = "card-inserted"
    CARD_REMOVED = "card-removed"


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """One change. `reader` is empty for the service; `atr` is the inserted card's."""

    change: Change
    reader: str = ""
    atr: bytes = b""


def watch(stop: Event, *, poll: float = 0.5) -> Iterator[ReaderEvent]:
    """Yield changes as they happen until `stop` is set, beginning with what is there already.

    Looks up from waiting every `poll` seconds, at most 0.5. When the service stops, every card and reader is
    reported gone, and what is there again is reported after it came back. A swap too quick to be seen between two
    looks is reported as removal and insertion. Raises CardTrouble `reader.pyscard-missing` and
    `reader.access-denied` only.
    """
    poll = min(poll, 0.5)
    found: bool | None = None
    while not stop.is_set():
        known: dict[str, ReaderState] = {}
        try:
            context = Context()
        except CardTrouble as trouble:
            if trouble.code in _FINAL:
                raise
        else:
            found = True
            yield ReaderEvent(Change.SERVICE_FOUND)
            try:
                yield from _follow(context, known, stop, poll)
            except CardTrouble:
                # Whatever it was, asking on this context cannot go on; the next one will tell.
                for name in tuple(known):
                    yield from _without(known, name)
            finally:
                context.release()
        if stop.is_set():
            return
        if found is not False:
            found = False
            yield ReaderEvent(Change.SERVICE_LOST)
        stop.wait(poll)


def _follow(context: Context, known: dict[str, ReaderState], stop: Event, poll: float) -> Iterator[ReaderEvent]:
    while not stop.is_set():
        names = context.names()
        for name in [name for name in known if name not in names]:
            yield from _without(known, name)
        for name in [name for name in names if name not in known]:
            known[name] = _NEVER
            yield ReaderEvent(Change.READER_ADDED, name)
        try:
            states = context.states({PLUG_AND_PLAY: 0} | {name: state.raw for name, state in known.items()}, wait=poll)
        except CardTrouble as trouble:
            if trouble.code not in UNPLUGGED:
                raise
            stop.wait(poll)
            continue
        for name, before in tuple(known.items()):
            known[name] = states[name]
            yield from _difference(name, before, states[name])


def _without(known: dict[str, ReaderState], name: str) -> Iterator[ReaderEvent]:
    if known.pop(name).has_card:
        yield ReaderEvent(Change.CARD_REMOVED, name)
    yield ReaderEvent(Change.READER_REMOVED, name)


def _difference(name: str, before: ReaderState, after: ReaderState) -> Iterator[ReaderEvent]:
    if before.has_card and after.has_card and before.changes == after.changes:
        return
    if before.has_card:
        yield ReaderEvent(Change.CARD_REMOVED, name)
    if after.has_card:
        yield ReaderEvent(Change.CARD_INSERTED, name, after.atr)
