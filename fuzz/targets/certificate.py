"""Certificates as the doctor reads them and as the service does."""

from functools import cache

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.card.certificate import read_certificate
from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.clock import ManualClock
from kaijo.facts.pins import PinKind
from kaijo.service.trust import reading
from kaijo.virtualcard.card import VirtualCard
from tests.support.world import NIGHT, issued

_WHOLE, _CHANGED = 0, 1


@cache
def _genuine() -> bytes:
    guard = Guard(VirtualCard(issued("fresh"), place="table"), ManualClock(NIGHT))
    return JpkiSession(guard).certificate(PinKind.AUTHENTICATION)


def run(data: bytes) -> None:
    """Read `data` itself, or the certificate of a test card with bytes changed in places that `data` names."""
    tape = Tape(data)
    if tape.byte() % 2 == _CHANGED:
        der = bytearray(_genuine())
        for _ in range(tape.byte() % 8):
            der[int.from_bytes(tape.take(2)) % len(der)] = tape.byte()
        told(lambda: _read(bytes(der)))
    else:
        told(lambda: _read(tape.rest()))


def _read(der: bytes) -> None:
    told(lambda: read_certificate(der))
    certificate = reading.read(der)
    told(lambda: reading.refuse_production(certificate))
    reading.strong_key(certificate)
