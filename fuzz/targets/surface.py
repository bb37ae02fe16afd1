"""The card's face with its photo, and the records of the common and resident applications, of any content."""

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.card import tlv
from kaijo.card.files import Application, Common, Resident, Surface
from kaijo.card.guard import Guard
from kaijo.card.manager import CardManagerSession
from kaijo.card.resident import CommonSession, ResidentSession
from kaijo.card.surface import SurfaceSession
from kaijo.clock import ManualClock
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import File
from tests.support.world import NIGHT
from tests.virtualcard.handmade import handmade_image

_TAGS = (0xDF22, 0xDF23, 0xDF24, 0xDF25, 0xDF26, 0xDF27, 0xDF28, 0xDF29)


def run(data: bytes) -> None:
    """Lay `data` into the files: as it is, or piece by piece as the values of well-formed objects."""
    tape = Tape(data)
    image = handmade_image()
    image.data_objects = {0x00F0: tape.take(5), 0x00F2: tape.take(8)}
    records = (tape.take(tape.byte() % 40),)
    image.directories[Application.COMMON].files[Common.CARD_INFO] = File(records=records)
    image.directories[Application.RESIDENT].files[Resident.KEY_ID] = File(records=records)
    face = tape.rest()
    if tape.byte() % 2:
        face = tlv.encode(0xFF20, b"".join(tlv.encode(tag, tape.take(tape.byte())) for tag in _TAGS))
    image.directories[Application.SURFACE].files[Surface.CARD_FACE] = File(face)
    guard = Guard(VirtualCard(image, place="table"), ManualClock(NIGHT))
    manager = CardManagerSession(guard)
    for act in (manager.expiry, manager.municipality, CommonSession(guard).card_info, ResidentSession(guard).key_id):
        told(act)
    told(SurfaceSession(guard).face)
