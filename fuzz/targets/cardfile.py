"""Card files: foreign, cut, changed, and changed with a checksum that fits."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.virtualcard.cardfile import load, open_card
from kaijo.virtualcard.encoding import to_plain
from tests.virtualcard.handmade import handmade_image

_FOLDER = TemporaryDirectory(prefix="kaijo-fuzz-")
_CARD = to_plain(handmade_image())


def run(data: bytes) -> None:
    """Load `data` as a file, as the card of a file, or as the value of one place in a good card."""
    tape = Tape(data)
    path = Path(_FOLDER.name) / "card.json"
    match tape.byte() % 3:
        case 0:
            path.write_bytes(tape.rest())
        case 1:
            path.write_bytes(_sealed(tape.rest()))
        case _:
            path.write_bytes(_sealed(_changed(tape)))
    told(lambda: load(path))
    told(lambda: open_card(path).close())


def _sealed(card: bytes) -> bytes:
    with suppress(ValueError, RecursionError):
        card = json.dumps(json.loads(card), sort_keys=True, separators=(",", ":")).encode()
    return b'{"kaijo-card":1,"sha256":"%s","card":%s}\n' % (hashlib.sha256(card).hexdigest().encode(), card)


def _changed(tape: Tape) -> bytes:
    card: dict[str, Any] = json.loads(json.dumps(_CARD))
    place: Any = card
    for _ in range(1 + tape.byte() % 5):
        if not isinstance(place, dict) or not place:
            break
        key = list(place)[tape.byte() % len(place)]
        inner, parent = place[key], place
        place = inner
        if not isinstance(inner, dict):
            parent[key] = tape.value()
    return json.dumps(card).encode()
