import pytest

from kaijo.card.files import Application, Jpki, Resident
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage

from .handmade import (
    ATTRIBUTES,
    COMMON,
    JPKI,
    MANAGER,
    RESIDENT,
    RIGHT_ATTRIBUTES,
    RIGHT_AUTHENTICATION,
    RIGHT_RESIDENT,
    RIGHT_SIGNATURE,
    SURFACE,
    WRONG_AUTHENTICATION,
    handmade_image,
    talk,
)

ASK = "00200098"
READ_SIGNATURE_CERTIFICATE = "00B0810004"
OPEN, SHUT = "308202009000", "6982"


def test_query_tells_the_tries_without_spending_one(card: VirtualCard) -> None:
    assert talk(card, JPKI, *[ASK] * 9, "0020009B") == ["9000", *["63C3"] * 9, "63C5"]


def test_query_of_the_current_file_needs_it_selected(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00200080", "00A4020C020018", "00200080")[1:] == ["6986", "9000", "63C3"]


def test_query_still_counts_when_verified(card: VirtualCard) -> None:
    assert talk(card, JPKI, RIGHT_AUTHENTICATION, ASK)[1:] == ["9000", "63C3"]


def test_query_by_short_id_makes_the_reference_current(card: VirtualCard) -> None:
    assert talk(card, JPKI, ASK, "00200080", "002000800431323334")[1:] == ["63C3", "63C3", "9000"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        pytest.param("0020009800", "6700", id="query with Le"),
        pytest.param("00200098043132333400", "6700", id="PIN with Le"),
        pytest.param("0020009811" + "31" * 17, "6700", id="17 bytes"),
        pytest.param("00200098000000", "6700", id="query with extended Le"),
        pytest.param("00200198", "6A86", id="P1"),
        pytest.param("00200018", "6A86", id="P2 without 80"),
        pytest.param("002000B8", "6A86", id="P2 above the short ids"),
        pytest.param("0020008A", "6A88", id="a file"),
        pytest.param("0020008A0431323334", "6A88", id="PIN to a file"),
        pytest.param("00200097", "6A88", id="a key"),
        pytest.param("0020008F", "6A88", id="nothing"),
        pytest.param("80200098", "6E00", id="class"),
    ],
)
def test_verify_of_another_form_spends_nothing(card: VirtualCard, command: str, status: str) -> None:
    assert talk(card, JPKI, command, ASK)[1:] == [status, "63C3"]


def test_verify_after_reading_a_file_does_not_find_the_reference(card: VirtualCard) -> None:
    assert talk(card, JPKI, "00B08A0004", "002000800431323334", ASK)[2:] == ["6A88", "63C3"]


def test_verify_counts_down_locks_and_stays_locked(card: VirtualCard) -> None:
    assert talk(card, JPKI, *[WRONG_AUTHENTICATION] * 5, RIGHT_AUTHENTICATION, ASK)[1:] == [
        "63C2",
        "63C1",
        "63C0",
        "6984",
        "6984",
        "6984",
        "63C0",
    ]


@pytest.mark.parametrize("value", ["31323333", "3132333435", "313233", "31"])
def test_verify_of_any_wrong_value_costs_a_try(card: VirtualCard, value: str) -> None:
    assert talk(card, JPKI, f"00200098{len(value) // 2:02X}{value}", ASK)[1:] == ["63C2", "63C2"]


def test_verify_compares_the_signature_pin_bytewise(card: VirtualCard) -> None:
    assert talk(card, JPKI, "0020009B06616263313233", RIGHT_SIGNATURE)[1:] == ["63C4", "9000"]


def test_verify_success_gives_the_tries_back(card: VirtualCard) -> None:
    wrong = WRONG_AUTHENTICATION
    assert talk(card, JPKI, wrong, wrong, RIGHT_AUTHENTICATION, ASK, wrong)[3:] == ["9000", "63C3", "63C2"]


def test_tries_outlive_reset_and_power(card: VirtualCard) -> None:
    talk(card, JPKI, WRONG_AUTHENTICATION)
    card.reset()
    assert talk(card, JPKI, ASK) == ["9000", "63C2"]
    card.power_cycle()
    assert talk(card, JPKI, ASK) == ["9000", "63C2"]


def test_pin_never_set_is_locked_and_says_so_in_the_query(card: VirtualCard) -> None:
    assert talk(card, ATTRIBUTES, "00200092", "002000920431323334")[1:] == ["63C0", "6984"]


def test_unset_pin_with_tries_left_still_counts_none() -> None:
    image = handmade_image()
    image.directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].value = None
    assert talk(VirtualCard(image, place="table"), JPKI, ASK, RIGHT_AUTHENTICATION)[1:] == ["63C0", "6984"]


@pytest.mark.parametrize(
    ("between", "after"),
    [
        pytest.param([JPKI], OPEN, id="same application"),
        pytest.param(["00A4040001D3"], OPEN, id="same application by prefix"),
        pytest.param(["00A4040C03A0A0A0"], OPEN, id="application not found"),
        pytest.param([RIGHT_AUTHENTICATION], OPEN, id="another PIN"),
        pytest.param([WRONG_AUTHENTICATION], OPEN, id="another PIN, wrong"),
        pytest.param(["0020009B"], OPEN, id="query"),
        pytest.param(["0020009B0131"], SHUT, id="the same PIN, wrong"),
        pytest.param([MANAGER, JPKI], SHUT, id="card manager"),
        pytest.param([SURFACE, JPKI], SHUT, id="other application"),
    ],
)
def test_security_status_lives_until_another_application(card: VirtualCard, between: list[str], after: str) -> None:
    assert talk(card, JPKI, RIGHT_SIGNATURE, *between, READ_SIGNATURE_CERTIFICATE)[-1] == after


def test_security_status_outlives_a_warm_reset(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_SIGNATURE)
    card.reset()
    assert talk(card, READ_SIGNATURE_CERTIFICATE, JPKI, READ_SIGNATURE_CERTIFICATE) == ["6A82", "9000", OPEN]


def test_security_status_after_a_warm_reset_is_lost_to_another_application(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_SIGNATURE)
    card.reset()
    assert talk(card, SURFACE, JPKI, READ_SIGNATURE_CERTIFICATE) == ["9000", "9000", SHUT]


def test_security_status_is_gone_with_the_power(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_SIGNATURE)
    card.power_cycle()
    assert talk(card, JPKI, READ_SIGNATURE_CERTIFICATE) == ["9000", SHUT]


def test_security_status_of_one_application_opens_nothing_in_another(card: VirtualCard) -> None:
    # 001C is a PIN of both; 0017 of the common application wants its own.
    sign = "802A039701AA00"
    assert talk(card, RESIDENT, RIGHT_RESIDENT, COMMON, sign)[1:] == ["9000", "9000", "6982"]


def test_strict_variant_clears_on_every_select_and_reset(image: CardImage) -> None:
    card = VirtualCard(image, place="table", clears_on_reselect=True)
    assert talk(card, JPKI, RIGHT_SIGNATURE, READ_SIGNATURE_CERTIFICATE, JPKI, READ_SIGNATURE_CERTIFICATE)[2:] == [
        OPEN,
        "9000",
        SHUT,
    ]
    talk(card, RIGHT_SIGNATURE)
    card.reset()
    assert talk(card, JPKI, READ_SIGNATURE_CERTIFICATE) == ["9000", SHUT]


@pytest.mark.parametrize(
    ("application", "verify", "change", "right"),
    [
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "002401980437373737", "002000980437373737", id="authentication"),
        pytest.param(JPKI, RIGHT_SIGNATURE, "0024019B065A5A5A393939", "0020009B065A5A5A393939", id="signature"),
        pytest.param(ATTRIBUTES, RIGHT_ATTRIBUTES, "002401910437373737", "002000910437373737", id="attributes"),
        pytest.param(RESIDENT, RIGHT_RESIDENT, "8032009C0437373737", "0020009C0437373737", id="resident"),
        pytest.param(COMMON, RIGHT_RESIDENT, "8032009C0437373737", "0020009C0437373737", id="common"),
    ],
)
def test_change_works_only_after_verify(
    card: VirtualCard, application: str, verify: str, change: str, right: str
) -> None:
    assert talk(card, application, change, verify, change)[1:] == ["6982", "9000", "9000"]
    card.power_cycle()
    answers = talk(card, application, verify, right)
    assert (answers[1][:3], answers[2]) == ("63C", "9000")


def test_change_of_the_current_file_is_the_form_of_myna(card: VirtualCard) -> None:
    select, verify, change = "00A4020C020018", "002000800431323334", "002401800437373737"
    assert talk(card, JPKI, select, verify, change, "002000800437373737")[1:] == ["9000"] * 4


@pytest.mark.parametrize(
    ("application", "verify", "command", "status"),
    [
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "002400980437373737", "6A86", id="old and new"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "00240198", "6700", id="nothing"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "0024019811" + "37" * 17, "6700", id="too long"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "00240198043737373700", "6700", id="with Le"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "0024019B0437373737", "6982", id="the other PIN"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "0024018A0437373737", "6A88", id="a file"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "803200980437373737", "6D00", id="change key in JPKI"),
        pytest.param(RESIDENT, RIGHT_RESIDENT, "0024019C0437373737", "6D00", id="reference data in resident"),
        pytest.param(RESIDENT, RIGHT_RESIDENT, "8032019C0437373737", "6A86", id="P1 of change key"),
        pytest.param(COMMON, RIGHT_RESIDENT, "0032009C0437373737", "6E00", id="class of change key"),
        pytest.param(ATTRIBUTES, "002000940C313233343536373839303138", "002401940437373737", "6982", id="a code"),
    ],
)
def test_change_refuses_as_published(
    card: VirtualCard, image: CardImage, *, application: str, verify: str, command: str, status: str
) -> None:
    assert talk(card, application, verify, command)[1:] == ["9000", status]
    assert image == handmade_image()


def test_change_of_one_resident_reference_leaves_the_other(card: VirtualCard, image: CardImage) -> None:
    talk(card, RESIDENT, RIGHT_RESIDENT, "8032009C0437373737")
    assert image.directories[Application.RESIDENT].pins[Resident.PIN].value == b"7777"
    assert talk(card, COMMON, RIGHT_RESIDENT)[1] == "9000"
