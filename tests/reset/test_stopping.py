"""A card with which the secure channel cannot be opened is stopped, by nobody but who can prove to hold it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from kaijo.facts.limits import failed_channels
from kaijo.reset.audit import Tag
from kaijo.reset.grants import relay_step
from kaijo.reset.stopping import release_card, stopped_cards
from kaijo.service.store.database import SqlStore
from kaijo.virtualcard.card import VirtualCard

from .bench import CARD_ID, Bench, code_of, image
from .trails import audited_bench, read_all


@pytest.fixture
def bench() -> Iterator[Bench]:
    with closing(SqlStore(None)) as store:
        yield audited_bench(store)


@pytest.fixture
def false_card() -> VirtualCard:
    """Give a card that names itself as the right one and has other keys."""
    made = image(b"KAIJO00002")
    made.administration.card_id = CARD_ID
    return VirtualCard(made, place="bench")


def fail(bench: Bench, card: VirtualCard) -> str:
    opened = bench.open()
    bench.prove(opened)
    return code_of(lambda: bench.relay(opened.session.id, card=card))


def test_tenth_failure_in_a_row_stops_the_card_and_rings(bench: Bench, false_card: VirtualCard) -> None:
    bench.reserve()
    assert [fail(bench, false_card) for _ in range(failed_channels())] == ["reset.other-card"] * 10
    assert [one.pseudonym for one in stopped_cards(bench.desk)] == [bench.pseudonym]
    assert [row.entry.tag for row in read_all(bench.store)].count(Tag.CARD_STOPPED) == 1
    # From now on the true card is not asked either; the reservation is kept for when it was looked at.
    assert fail(bench, bench.card) == "reset.card-stopped"
    assert fail(bench, false_card) == "reset.card-stopped"
    release_card(bench.desk, pseudonym=bench.pseudonym)
    assert stopped_cards(bench.desk) == ()
    assert code_of(lambda: release_card(bench.desk, pseudonym=bench.pseudonym)) == "reset.not-stopped"
    bench.finish(bench.grant(), bench.reset())
    tags = [row.entry.tag for row in read_all(bench.store)]
    assert (tags.count(Tag.CARD_STOPPED), tags.count(Tag.CARD_RELEASED), tags.count(Tag.RECEIPT_TAKEN)) == (1, 1, 1)


def test_channel_that_opens_begins_the_count_anew(bench: Bench, false_card: VirtualCard) -> None:
    bench.reserve()
    for _ in range(2):
        for _ in range(failed_channels() - 1):
            assert fail(bench, false_card) == "reset.other-card"
        opened = bench.open()
        bench.prove(opened)
        bench.relay(opened.session.id, until=4)
        bench.end(opened)
    assert stopped_cards(bench.desk) == ()


def test_card_that_does_not_believe_the_service_counts(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    bench.relay(opened.session.id, until=2)
    refused = code_of(lambda: relay_step(bench.desk, session_id=opened.session.id, step=2, response=b"\x63\x00"))
    assert refused == "channel.refused"
    with bench.store.begin() as records:
        assert records.count_failed_channels(bench.pseudonym) == 1


def test_nobody_without_the_proof_can_stop_a_card(bench: Bench, false_card: VirtualCard) -> None:
    bench.reserve()
    for _ in range(failed_channels() + 1):
        opened = bench.open()
        assert code_of(lambda: bench.relay(opened.session.id, card=false_card)) == "reset.proof-missing"  # noqa: B023 -- called at once
    with bench.store.begin() as records:
        assert records.count_failed_channels(bench.pseudonym) == 0


def test_other_card_by_its_own_name_stops_nobody(bench: Bench) -> None:
    bench.reserve()
    other = VirtualCard(image(b"KAIJO00002"), place="bench")
    assert fail(bench, other) == "reset.other-card"
    with bench.store.begin() as records:
        assert records.count_failed_channels(bench.pseudonym) == 0
