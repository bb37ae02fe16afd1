"""The card's end of a certificate's renewal. **Our own invention**, beside the reset; see `card.administration`.

The card makes the new key itself, and nobody else ever has it. Old key and certificate stay in use until the new
certificate has come: then both change in one write. What knows certificates is loaded when it is needed: an ordinary
look at a card never comes here.
"""

from kaijo.card.administration import Act
from kaijo.card.apdu import Command, Response
from kaijo.card.files import Application, Jpki
from kaijo.facts.pins import PinKind
from kaijo.securechannel.card import CardEnd
from kaijo.virtualcard.administration_end import granted, receipted, require_channel
from kaijo.virtualcard.answers import Refusal, Sw, answer, require
from kaijo.virtualcard.chip import Chip, PreparedKey
from kaijo.virtualcard.image import File, Key

# By kind: certificate, key, PIN; and whether the certificate itself is open only to its PIN [card notes 3].
_PLACES = {
    PinKind.SIGNATURE: (Jpki.SIGNATURE_CERTIFICATE, Jpki.SIGNATURE_KEY, Jpki.SIGNATURE_PIN, True),
    PinKind.AUTHENTICATION: (
        Jpki.AUTHENTICATION_CERTIFICATE,
        Jpki.AUTHENTICATION_KEY,
        Jpki.AUTHENTICATION_PIN,
        False,
    ),
}


def prepare_key(chip: Chip, channel: CardEnd, command: Command) -> Response:
    """Answer PREPARE KEY with the new public key; the key is forgotten without power or at the next command here."""
    from kaijo.virtualcard.hierarchy import generate_key, public_key_der

    require_channel(chip, channel, command)
    chip.volatile.prepared = None
    grant = granted(chip, command, Act.RENEW)
    require(grant.kind in _PLACES and Application.JPKI in chip.image.directories, Sw.REFERENCE_NOT_FOUND)
    key = generate_key()
    chip.volatile.prepared = PreparedKey(grant, key)
    return answer(Sw.OK, public_key_der(key.public_key()))


def put_certificate(chip: Chip, channel: CardEnd, command: Command) -> Response:
    """Answer PUT CERTIFICATE with the receipt. The certificate must be one for the prepared key."""
    from kaijo.virtualcard.hierarchy import private_key_der
    from kaijo.virtualcard.jpki_data import CERTIFICATE_FILE_SIZE, availability, filled

    require_channel(chip, channel, command)
    prepared, chip.volatile.prepared = chip.volatile.prepared, None
    if prepared is None:
        raise Refusal(Sw.CONDITIONS)
    require(len(command.data) <= CERTIFICATE_FILE_SIZE and _is_for(prepared, command.data), Sw.WRONG_DATA)
    certificate, key, pin, closed = _PLACES[prepared.grant.kind]
    files = chip.image.directories[Application.JPKI].files
    files[certificate] = File(filled(command.data), opened_by=frozenset({pin} if closed else ()))
    chip.hold_key(Application.JPKI, key, Key(private_key_der(prepared.key), frozenset({pin})))
    held = chip.image.directories[Application.JPKI].keys
    files[Jpki.CERTIFICATE_AVAILABILITY] = File(availability(signature=Jpki.SIGNATURE_KEY in held))
    if chip.volatile.verified_in is Application.JPKI:
        chip.volatile.verified.discard(pin)
    return receipted(chip, prepared.grant)


def _is_for(prepared: PreparedKey, certificate: bytes) -> bool:
    from cryptography import x509

    from kaijo.virtualcard.hierarchy import public_key_der

    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        shown = public_key_der(key)
    except Exception:  # noqa: BLE001 -- no list of what a parser may raise on hostile bytes is ever whole
        return False
    return shown == public_key_der(prepared.key.public_key())
