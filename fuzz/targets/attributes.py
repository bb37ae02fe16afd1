"""Attributes and number, as files of any content."""

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.card import tlv
from kaijo.card.attributes import AttributesSession
from kaijo.card.files import Application, Attributes
from kaijo.card.guard import Guard
from kaijo.clock import ManualClock
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import File
from tests.support.world import NIGHT
from tests.virtualcard.handmade import handmade_image

_TAGS = (0xDF22, 0xDF23, 0xDF24, 0xDF25)


def run(data: bytes) -> None:
    """Lay `data` into the files: as it is, or piece by piece as the values of well-formed objects."""
    tape = Tape(data)
    if tape.byte() % 2:
        record = b"".join(tlv.encode(tag, tape.take(tape.byte() % 64)) for tag in _TAGS)
        contents = (tlv.encode(0xFF10, tape.rest()), tlv.encode(0xFF20, record))
    else:
        contents = (tape.rest(), tape.rest())
    image = handmade_image()
    files = image.directories[Application.ATTRIBUTES].files
    files[Attributes.MY_NUMBER], files[Attributes.ATTRIBUTES] = map(File, contents)
    session = AttributesSession(Guard(VirtualCard(image, place="table"), ManualClock(NIGHT)))
    told(session.my_number)
    told(session.attributes)
