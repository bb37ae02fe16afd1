"""What a signature with the card's key costs beside bare RSA on the same key.

    python bench/signing.py [--rounds N] [--json] [--write docs/benchmarks.md]

The card is in memory and its key is taken out of its image for the limit: `cryptography` signing the same digest.
The difference is guard, session, APDUs, the card in software, and verifying what the card gave.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from _page import table, write
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from PIL import Image

from kaijo.card.files import Application, Jpki
from kaijo.card.guard import Guard
from kaijo.clock import ManualClock, parse_time
from kaijo.facts.pins import PinKind
from kaijo.signing.form import Form
from kaijo.signing.making import sign
from kaijo.signing.unlock import unlock
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person

KIND, NIGHT, WHO = PinKind.SIGNATURE, parse_time("2027-03-15T21:40"), person("fresh")
NAMES = {Form.CMS: "CMS", Form.XML: "XML", Form.XADES: "XAdES", Form.PDF: "PDF"}


def pair(bare: Callable[[], object], card: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the shortest milliseconds of both, taken in turn: what else runs on the machine only ever adds."""
    times: dict[int, list[float]] = {0: [], 1: []}
    for number in range(2 * rounds):
        act = (bare, card)[number % 2]
        began = time.perf_counter()
        act()
        times[number % 2].append((time.perf_counter() - began) * 1000)
    return min(times[0]), min(times[1])


def measure(rounds: int) -> dict[str, tuple[float, float]]:
    """Return milliseconds with the bare key, which is the limit, and with the card's, by what was signed."""
    data = (b"data", PKCS1v15(), SHA256())
    with TemporaryDirectory() as folder:
        image = Issuer.open(Path(folder) / "issuer", ManualClock(NIGHT)).issue(WHO, NIGHT)
    bare = bare_key(image)
    guard = Guard(VirtualCard(image, place="bench"), ManualClock(NIGHT))
    card = unlock(guard, KIND, identity(WHO, NIGHT).pins[KIND], shown=guard.tries(KIND))
    alone = pair(lambda: bare.sign(*data), lambda: card.key.sign(*data), rounds)
    found = {"RSA-2048 alone": alone}
    for form, name in NAMES.items():
        content = document(form)
        by_bare = partial(sign, content, form, card._replace(key=bare), NIGHT)
        found[name] = pair(by_bare, partial(sign, content, form, card, NIGHT), rounds)
    return found


def bare_key(image: CardImage) -> RSAPrivateKey:
    key = load_der_private_key(image.directories[Application.JPKI].keys[Jpki.SIGNATURE_KEY].private, None)
    assert isinstance(key, RSAPrivateKey)
    return key


def document(form: Form) -> bytes:
    if form is Form.PDF:
        made = BytesIO()
        Image.new("L", (40, 40), 255).save(made, "PDF")
        return made.getvalue()
    return b"<return><income>3000</income></return>"


def page(found: dict[str, tuple[float, float]]) -> str:
    rows = [[name, f"{bare:.2f}", f"{card:.2f}", f"{card / bare:.2f}"] for name, (bare, card) in found.items()]
    return table(["ms, shortest", "bare key", "card's key", "ratio"], rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--json", action="store_true")
    options.add_argument("--write", type=Path)
    chosen = options.parse_args()
    found = measure(chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
        return
    print(page(found))
    if chosen.write:
        write(chosen.write, "signing", page(found))


if __name__ == "__main__":
    main()
