"""PREPARE KEY and PUT CERTIFICATE at the card, over a real secure channel."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kaijo.card import apdu
from kaijo.card.administration import Act, Grant, Receipt, authorise_reset, prepare_key, put_certificate
from kaijo.card.files import Application, Jpki
from kaijo.facts.pins import PinKind
from kaijo.reset.relay import first_command
from kaijo.securechannel.handshake import CardHello, SecurityLevel, initialize_update
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.messages import Command, Response
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.persons import person
from tests.reset.counter.bench import MORNING, issuer

CHALLENGE = bytes(range(16))
ORDER = b"R" * 16
OK = 0x9000


class Host:
    """The service's end of a channel with the card, at level 33."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        card.transmit(first_command())
        hello = CardHello.parse(self._send(initialize_update(CHALLENGE)).data)
        keys = KeyFileCardKeys(issuer().administration_master)
        session = keys.session_keys(hello.card_id, CHALLENGE, hello.challenge)
        self._end = HostEnd(session, CHALLENGE, hello, SecurityLevel.C_ENC_R_ENC)
        self._end.unwrap(self._send(self._end.external_authenticate()))

    def __call__(self, command: apdu.Command) -> Response:
        plain = Command(command.cla, command.ins, command.p1, command.p2, command.data, command.le)
        return self._end.unwrap(self._send(self._end.wrap(plain)))

    def _send(self, command: Command) -> Response:
        raw = apdu.Command(command.cla, command.ins, command.p1, command.p2, command.data, command.le).encode()
        answer = apdu.Response.decode(self._card.transmit(raw))
        return Response(answer.data, answer.sw)


@pytest.fixture
def image() -> CardImage:
    return issuer().issue(person("fresh"), MORNING)


@pytest.fixture
def card(image: CardImage) -> VirtualCard:
    return VirtualCard(image, place="test")


def grant(image: CardImage, kind: PinKind = PinKind.AUTHENTICATION, act: Act = Act.RENEW) -> Grant:
    return Grant(kind, ORDER, image.administration.reset_number, act)


def certify(image: CardImage, public_key: bytes, kind: PinKind = PinKind.AUTHENTICATION) -> bytes:
    card_id = image.administration.card_id
    return issuer().renew(card_id, kind, public_key, card_id + b"R" * 6, MORNING)


def test_key_and_certificate_change_together_with_a_receipt(card: VirtualCard, image: CardImage) -> None:
    host = Host(card)
    public_key = host(prepare_key(grant(image))).data
    files, keys = image.directories[Application.JPKI].files, image.directories[Application.JPKI].keys
    before = files[Jpki.AUTHENTICATION_CERTIFICATE].content, keys[Jpki.AUTHENTICATION_KEY].private
    certificate = certify(image, public_key)
    assert (files[Jpki.AUTHENTICATION_CERTIFICATE].content, keys[Jpki.AUTHENTICATION_KEY].private) == before
    answer = host(put_certificate(certificate))
    receipt = Receipt.decode(answer.data)
    assert receipt.grant == Grant(PinKind.AUTHENTICATION, ORDER, 1, Act.RENEW)
    assert image.administration.last_receipt == receipt
    assert files[Jpki.AUTHENTICATION_CERTIFICATE].content.startswith(certificate)
    assert keys[Jpki.AUTHENTICATION_KEY].private != before[1]


def test_certificate_for_another_key_is_refused_and_the_prepared_one_gone(card: VirtualCard, image: CardImage) -> None:
    host = Host(card)
    certificate = certify(image, host(prepare_key(grant(image))).data)
    host(prepare_key(grant(image)))
    assert host(put_certificate(certificate)).sw == 0x6A80
    assert host(put_certificate(certificate)).sw == 0x6985
    assert image.administration.reset_number == 0


@pytest.mark.parametrize("data", [b"", b"rubbish", bytes(2049)])
def test_what_is_no_certificate_is_refused(card: VirtualCard, image: CardImage, data: bytes) -> None:
    host = Host(card)
    host(prepare_key(grant(image)))
    assert host(put_certificate(data)).sw == 0x6A80


@pytest.mark.parametrize(
    ("change", "sw"),
    [
        (lambda one: replace(one, act=Act.RESET), 0x6A80),
        (lambda one: replace(one, reset_number=1), 0x6985),
        (lambda one: replace(one, kind=PinKind.RESIDENT), 0x6A88),
    ],
)
def test_grant_that_does_not_fit_prepares_nothing(
    card: VirtualCard, image: CardImage, change: Callable[[Grant], Grant], sw: int
) -> None:
    host = Host(card)
    assert host(prepare_key(change(grant(image)))).sw == sw
    assert host(put_certificate(b"any")).sw == 0x6985


def test_grant_of_a_renewal_resets_no_pin(card: VirtualCard, image: CardImage) -> None:
    assert Host(card)(authorise_reset(grant(image))).sw == 0x6A80


def test_nothing_is_obeyed_outside_the_channel(card: VirtualCard, image: CardImage) -> None:
    card.transmit(first_command())
    for command in (prepare_key(grant(image)), put_certificate(b"any")):
        assert card.transmit(command.encode()) == b"\x69\x82"


@pytest.mark.parametrize("between", ["power", "grant"])
def test_prepared_key_is_forgotten(card: VirtualCard, image: CardImage, between: str) -> None:
    host = Host(card)
    certificate = certify(image, host(prepare_key(grant(image))).data)
    if between == "power":
        card.power_cycle()
        host = Host(card)
    else:
        host(authorise_reset(grant(image, act=Act.RESET)))
    assert host(put_certificate(certificate)).sw == 0x6985


def test_good_answers_are_ok(card: VirtualCard, image: CardImage) -> None:
    host = Host(card)
    made = host(prepare_key(grant(image, PinKind.SIGNATURE)))
    assert made.sw == OK
    assert host(put_certificate(certify(image, made.data, PinKind.SIGNATURE))).sw == OK
