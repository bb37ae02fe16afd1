"""Rotation: cards keep the keys they were issued with, the service holds several versions, a card says which is its."""

from dataclasses import replace

import pytest

from kaijo.card.administration import RECEIPT_KEY_LABEL
from kaijo.errors import ServiceTrouble
from kaijo.reset.states import ReservationState
from kaijo.securechannel.keys import derive_card_key, derive_card_keys
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.encoding import from_plain, to_plain

from .bench import AUTHENTICATION, CARD_ID, MASTER, SIGNATURE, Bench, code_of

NEWER = bytes(range(100, 132))


def reissue(bench: Bench, version: int, master: bytes) -> None:
    """Give the card the keys of that master."""
    keys, end = derive_card_keys(master, CARD_ID), bench.image.administration
    end.key_enc, end.key_mac, end.key_dek = keys.enc, keys.mac, keys.dek
    end.key_receipt = derive_card_key(master, CARD_ID, RECEIPT_KEY_LABEL)
    end.key_version = version
    bench.card = VirtualCard(bench.image, place="bench")


def hold(bench: Bench, *masters: tuple[int, bytes]) -> None:
    bench.desk = replace(bench.desk, keys=KeyFileCardKeys(dict(masters)))


def reset(bench: Bench) -> ReservationState:
    made = bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset(made.kind))
    return bench.row(made).state


def test_cards_of_both_versions_are_reset_after_a_rotation(bench: Bench) -> None:
    assert reset(bench) is ReservationState.USED
    hold(bench, (1, MASTER), (2, NEWER))
    assert reset(bench) is ReservationState.USED
    reissue(bench, 2, NEWER)
    assert reset(bench) is ReservationState.USED


def test_receipt_of_the_old_version_settles_after_the_rotation(bench: Bench) -> None:
    made = bench.reserve(AUTHENTICATION)
    bench.grant()
    bench.reset(AUTHENTICATION)
    hold(bench, (1, MASTER), (2, NEWER))
    bench.reserve(SIGNATURE)
    bench.open(reset_state=bench.reset_state())
    assert bench.row(made).state is ReservationState.USED


def test_card_of_a_version_that_the_service_lacks_gets_nothing(bench: Bench) -> None:
    reissue(bench, 2, NEWER)
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    with pytest.raises(ServiceTrouble) as trouble:
        bench.relay(opened.session.id)
    assert trouble.value.diagnostics() == {"code": "keys.unknown-version", "data": {"version": 2}}
    with bench.store.begin() as records:
        assert records.grants(bench.pseudonym, opened.reservation.id) == ()


def test_card_that_names_another_version_than_its_own_is_another_card(bench: Bench) -> None:
    hold(bench, (1, MASTER), (2, NEWER))
    reissue(bench, 2, MASTER)
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    assert code_of(lambda: bench.relay(opened.session.id)) == "reset.other-card"


def test_version_is_kept_on_the_card_and_older_card_files_have_the_first(bench: Bench) -> None:
    reissue(bench, 2, NEWER)
    plain = to_plain(bench.image)
    again = from_plain(plain)
    assert again is not None
    assert again.administration == bench.image.administration
    del plain["administration"]["key_version"]
    older = from_plain(plain)
    assert older is not None
    assert older.administration.key_version == 1
