from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.card.administration import Grant, Receipt, ResetState, authorise_reset, read_receipt
from kaijo.card.apdu import Command
from kaijo.card.files import PIN_REFERENCES, Application, Jpki
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.securechannel.handshake import SecurityLevel
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage

from .handmade import (
    ATTRIBUTES,
    COMMON,
    JPKI,
    KEY_RECEIPT,
    MANAGER,
    RESERVATION,
    RESIDENT,
    RIGHT_SIGNATURE,
    SURFACE,
    WRONG_AUTHENTICATION,
    Office,
    handmade_image,
    say,
    talk,
)

RESET = "002C02980437373737"
RECEIPT = "80AC000000"


def lock(card: VirtualCard) -> None:
    assert talk(card, JPKI, *[WRONG_AUTHENTICATION] * 3)[-1] == "63C0"


def state_of(card: VirtualCard) -> ResetState:
    answer = talk(card, MANAGER, RECEIPT)[1]
    assert answer[-4:] == "9000"
    return ResetState.decode(bytes.fromhex(answer[:-4]))


def receipt_for(grant: Grant) -> Receipt:
    mac = CMAC(AES(KEY_RECEIPT))
    mac.update(Receipt(grant, b"").message())
    return Receipt(grant, mac.finalize())


def test_reset_gives_new_value_full_tries_number_and_receipt(card: VirtualCard, image: CardImage) -> None:
    lock(card)
    assert Office(card).grant(PinKind.AUTHENTICATION) == 0x9000
    answer = talk(card, JPKI, RESET)[1]
    expected = receipt_for(Grant(PinKind.AUTHENTICATION, RESERVATION, 1))
    assert answer == expected.encode().hex().upper() + "9000"
    assert talk(card, "00200098", "002000980437373737") == ["63C3", "9000"]
    assert state_of(card) == ResetState(1, expected)
    assert image.administration.reset_number == 1


@pytest.mark.parametrize(
    ("kind", "application", "command"),
    [
        (PinKind.SIGNATURE, JPKI, "002C029B0651575A373737"),
        (PinKind.AUTHENTICATION, JPKI, RESET),
        (PinKind.RESIDENT, RESIDENT, "002C029C0437373737"),
        (PinKind.RESIDENT, COMMON, "002C029C0437373737"),
        (PinKind.ATTRIBUTES, ATTRIBUTES, "002C02910437373737"),
    ],
)
def test_reset_reaches_every_reference_of_the_kind_and_nothing_else(
    card: VirtualCard, image: CardImage, kind: PinKind, application: str, command: str
) -> None:
    expected = handmade_image()
    for place in PIN_REFERENCES[kind]:
        image.directories[place.application].pins[place.file].tries_left = 0
        expected.directories[place.application].pins[place.file].value = bytes.fromhex(command[10:])
    expected.administration.reset_number = 1
    expected.administration.last_receipt = receipt_for(Grant(kind, RESERVATION, 1))
    Office(card).grant(kind)
    assert talk(card, application, command)[1][-4:] == "9000"
    assert image == expected


def test_reset_by_the_current_file_works(card: VirtualCard) -> None:
    Office(card).grant(PinKind.AUTHENTICATION)
    assert talk(card, JPKI, "00A4020C020018", "002C02800437373737")[2][-4:] == "9000"


def test_reset_makes_the_old_verification_void(card: VirtualCard) -> None:
    Office(card).grant(PinKind.SIGNATURE)
    talk(card, JPKI, RIGHT_SIGNATURE)
    assert talk(card, "002C029B0651575A373737", "00B0810004")[1] == "6982"


def test_reset_works_once(card: VirtualCard) -> None:
    Office(card).grant(PinKind.AUTHENTICATION)
    assert [answer[-4:] for answer in talk(card, JPKI, RESET, RESET)] == ["9000", "9000", "6982"]
    assert Office(card).grant(PinKind.AUTHENTICATION, 0) == 0x6985
    assert Office(card).grant(PinKind.AUTHENTICATION, 1) == 0x9000


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(lambda card: talk(card, SURFACE, RESIDENT), id="other applications"),
        pytest.param(lambda card: talk(card, JPKI, RIGHT_SIGNATURE, WRONG_AUTHENTICATION), id="VERIFY"),
        pytest.param(lambda card: talk(card, JPKI, "002C02980137"), id="a refused length"),
        pytest.param(lambda card: talk(card, JPKI, "002C029B06414243313233"), id="the other PIN"),
        pytest.param(lambda card: talk(card, MANAGER, RECEIPT), id="reading the receipt"),
        pytest.param(lambda card: card.reset(), id="warm reset"),
        pytest.param(Office, id="a new channel"),
    ],
)
def test_permission_survives_all_but_its_end(card: VirtualCard, between: Callable[[VirtualCard], object]) -> None:
    Office(card).grant(PinKind.AUTHENTICATION)
    between(card)
    assert talk(card, JPKI, RESET)[1][-4:] == "9000"


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(lambda card: card.power_cycle(), id="power"),
        pytest.param(lambda card: Office(card).grant(PinKind.SIGNATURE), id="grant for another kind"),
        pytest.param(lambda card: Office(card).grant(PinKind.AUTHENTICATION, 9), id="grant with a wrong number"),
        pytest.param(lambda card: Office(card).ask(Command(0x80, 0xAA, 0, 0, b"\x09")), id="malformed grant"),
    ],
)
def test_permission_is_gone(card: VirtualCard, image: CardImage, between: Callable[[VirtualCard], object]) -> None:
    Office(card).grant(PinKind.AUTHENTICATION)
    between(card)
    assert talk(card, JPKI, RESET)[1] == "6982"
    assert image == handmade_image()


@pytest.mark.parametrize(
    ("kind", "command", "status"),
    [
        pytest.param(PinKind.AUTHENTICATION, "002C029803373737", "6A80", id="too short"),
        pytest.param(PinKind.AUTHENTICATION, "002C0298053737373737", "6A80", id="too long"),
        pytest.param(PinKind.AUTHENTICATION, "002C0298", "6A80", id="nothing"),
        pytest.param(PinKind.SIGNATURE, "002C029B053737373737", "6A80", id="signature too short"),
        pytest.param(PinKind.SIGNATURE, "002C029B11" + "41" * 17, "6A80", id="signature too long"),
        pytest.param(PinKind.SIGNATURE, RESET, "6982", id="another kind"),
        pytest.param(PinKind.AUTHENTICATION, "002C00980437373737", "6A86", id="P1"),
        pytest.param(PinKind.AUTHENTICATION, "002C028A0437373737", "6A88", id="a file"),
        pytest.param(PinKind.AUTHENTICATION, "002C028F0437373737", "6A88", id="nothing there"),
    ],
)
def test_reset_is_refused_and_changes_nothing(
    card: VirtualCard, image: CardImage, kind: PinKind, command: str, status: str
) -> None:
    Office(card).grant(kind)
    assert talk(card, JPKI, command)[1] == status
    assert image == handmade_image()


def test_reset_without_permission_is_refused(card: VirtualCard, image: CardImage) -> None:
    assert talk(card, JPKI, RESET)[1] == "6982"
    assert image == handmade_image()


def test_grant_in_clear_is_refused(card: VirtualCard) -> None:
    grant = authorise_reset(Grant(PinKind.AUTHENTICATION, RESERVATION, 0)).encode().hex()
    assert talk(card, grant, JPKI, grant, RESET) == ["6982", "9000", "6D00", "6982"]


@pytest.mark.parametrize("level", [level for level in SecurityLevel if level is not SecurityLevel.C_ENC_R_ENC])
def test_grant_below_level_33_is_refused(card: VirtualCard, level: SecurityLevel) -> None:
    assert Office(card, level).grant(PinKind.AUTHENTICATION) == 0x6982
    assert talk(card, JPKI, RESET)[1] == "6982"


def test_grant_for_a_pin_the_card_does_not_have_is_not_found(image: CardImage) -> None:
    del image.directories[Application.JPKI].pins[Jpki.SIGNATURE_PIN]
    del image.directories[Application.COMMON]
    office = Office(VirtualCard(image, place="table"))
    assert [office.grant(kind) for kind in PinKind] == [0x6A88, 0x9000, 0x6A88, 0x9000]


def test_receipt_is_read_in_clear_and_in_the_channel(card: VirtualCard) -> None:
    office = Office(card)
    assert ResetState.decode(office.ask(read_receipt()).data) == ResetState(0, None)
    office.grant(PinKind.AUTHENTICATION)
    talk(card, JPKI, RESET)
    in_channel = ResetState.decode(Office(card).ask(read_receipt()).data)
    assert in_channel == state_of(card)
    assert in_channel.reset_number == 1


@pytest.mark.parametrize(
    ("commands", "status"),
    [([JPKI, RECEIPT], "6D00"), (["80AC010000"], "6A86"), (["80AC0000"], "6700"), (["80AC000003"], "6700")],
)
def test_receipt_is_refused_in_other_forms(card: VirtualCard, commands: list[str], status: str) -> None:
    assert talk(card, *commands)[-1] == status


def test_channel_is_broken_by_a_command_in_clear_until_the_next_selection(card: VirtualCard) -> None:
    office = Office(card)
    assert say(card, "00CA00F200") == "6982"
    assert office.ask(read_receipt()).sw == 0x6982
    assert talk(card, MANAGER, "00CA00F200")[1] == "32303335303231379000"


def test_channel_does_not_outlive_a_reset(card: VirtualCard) -> None:
    office = Office(card)
    card.reset()
    assert office.grant(PinKind.AUTHENTICATION) == 0x6982


def test_application_not_found_leaves_the_channel_open(card: VirtualCard) -> None:
    office = Office(card)
    assert say(card, "00A4040C03A0A0A0") == "6A82"
    assert office.grant(PinKind.AUTHENTICATION) == 0x9000


def test_select_inside_the_channel_ends_it(card: VirtualCard) -> None:
    office = Office(card)
    assert office.ask(Command(0x00, 0xA4, 0x04, 0x0C, bytes(Application.JPKI))).sw == 0x9000
    assert say(card, "00200098") == "63C3"


@pytest.mark.parametrize("name", ["key_enc", "key_receipt"])
def test_card_with_keys_of_wrong_size_is_not_made(image: CardImage, name: str) -> None:
    setattr(image.administration, name, b"short")
    with pytest.raises(CardTrouble) as caught:
        VirtualCard(image, place="table")
    assert caught.value.code == "channel.bad-key"
