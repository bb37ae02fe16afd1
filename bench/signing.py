"""What a signature with the card's key costs beside bare RSA on the same key.

    python bench/signing.py [--rounds N] [--json] [--write docs/benchmarks.md]

The card is in memory and its key is taken out of its image for the limit: `cryptography` signing the same digest.
The difference is guard, session, APDUs, the card in software, and verifying what the card gave.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
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


def median(act: Callable[[], object], rounds: int) -> float:
    act()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def measure(rounds: int) -> dict[str, float]:
    """Return milliseconds at the median, by what was done; `bare` is the limit."""
    with TemporaryDirectory() as folder:
        image = Issuer.open(Path(folder) / "issuer", ManualClock(NIGHT)).issue(WHO, NIGHT)
    bare = bare_key(image)
    guard = Guard(VirtualCard(image, place="bench"), ManualClock(NIGHT))
    card = unlock(guard, KIND, identity(WHO, NIGHT).pins[KIND], shown=guard.tries(KIND))
    found = {
        "bare": median(lambda: bare.sign(b"data", PKCS1v15(), SHA256()), rounds),
        "card": median(lambda: card.key.sign(b"data", PKCS1v15(), SHA256()), rounds),
    }
    for form, name in NAMES.items():
        content = document(form)
        found[f"{name}, bare"] = median(lambda: sign(content, form, card._replace(key=bare), NIGHT), rounds)  # noqa: B023
        found[f"{name}, card"] = median(lambda: sign(content, form, card, NIGHT), rounds)  # noqa: B023
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


def page(found: dict[str, float]) -> str:
    rows = [["RSA-2048 alone", f"{found['bare']:.2f}", f"{found['card']:.2f}", f"{found['card'] / found['bare']:.2f}"]]
    for name in NAMES.values():
        bare, card = found[f"{name}, bare"], found[f"{name}, card"]
        rows.append([name, f"{bare:.2f}", f"{card:.2f}", f"{card / bare:.2f}"])
    return table(["ms, median", "bare key", "card's key", "ratio"], rows)


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
