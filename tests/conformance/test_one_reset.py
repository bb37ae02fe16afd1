"""Promises: a reservation causes at most one reset, none is lost, and every cut is settled by reading the card."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from kaijo.errors import KaijoError
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.terminals.kiosk import Kiosk, KioskStep
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.cardfile import WritePoint, load, open_card
from kaijo.virtualcard.faults import PowerCutAt
from tests.support.engines import ENGINES, Database
from tests.support.world import NEW_PINS, World, home, issued, pins_of

PERSON, KIND = "signature-locked", PinKind.SIGNATURE
KIOSKS = 64
POINTS = 10  # found, proved, five relayed, granted, reset, receipt


@pytest.fixture
def world(light_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give a world on SQLite, on each engine with KAIJO_ENGINES=all."""
    monkeypatch.setenv("KAIJO_HOME", str(home()))
    with World(tmp_path, light_database).running() as made:
        yield made


def visit_once(world: World, card: Path) -> str:
    """Let the holder come to a kiosk; return how it ended."""
    link = open_card(card)
    try:
        return world.reset(world.kiosk(link), PERSON).value
    except KaijoError as error:
        return error.code
    finally:
        link.close()


def settle(world: World, card: Path) -> str:
    """Come back when the broken visit has lapsed; whatever happened before, the way ends in one reset."""
    world.clock.advance(kiosk_session_life() + timedelta(seconds=1))
    return visit_once(world, card)


def assert_reset_once(world: World, card: Path) -> None:
    image = load(card)
    assert image.administration.reset_number == 1
    assert world.rows("select state, count(*) from reservations group by state") == [("used", 1)]
    link = open_card(card)
    guard = world.guard(link)
    for kind in PinKind:
        assert guard.tries(kind).tries_left == guard.tries(kind).tries_max
    guard.verify(KIND, NEW_PINS[KIND], shown=guard.tries(KIND))
    link.close()


@pytest.mark.parametrize("light_database", ENGINES, indirect=True)
def test_sixty_four_kiosks_and_one_reservation_make_one_reset(world: World) -> None:
    # A card cannot be copied; copies of it are the worst that 64 kiosks could do to the service.
    world.reserve(world.card(PERSON), PERSON)
    images = [issued(PERSON) for _ in range(KIOSKS)]
    cards = [VirtualCard(image, place="copy") for image in images]
    together = Barrier(KIOSKS)

    def go(number: int) -> str:
        kiosk = world.kiosk(cards[number], f"kiosk-{number}")
        together.wait()
        try:
            return world.reset(kiosk, PERSON).value
        except KaijoError as error:
            return error.code

    with ThreadPoolExecutor(KIOSKS) as pool:
        ended = Counter(pool.map(go, range(KIOSKS)))
    assert ended["signature"] == 1
    assert set(ended) <= {"signature", "reset.in-use", "reset.already-done", "reset.no-reservation"}
    assert sum(image.administration.reset_number for image in images) == 1


@pytest.mark.parametrize("point", WritePoint)
@pytest.mark.parametrize("write", range(1, 8))
def test_power_cut_at_any_write_of_the_card_is_settled_by_reading(world: World, write: int, point: WritePoint) -> None:
    card = world.card_file(PERSON)
    link = open_card(card, passing=PowerCutAt(write, point))
    cut = False
    try:
        world.reserve(link, PERSON)
        world.reset(world.kiosk(link), PERSON)
    except KaijoError as error:
        cut = True
        assert error.code in {"card.verify-unknown", "card.reset-unknown", "card.removed"}
    finally:
        link.close()
    if cut:
        if not world.rows("select * from reservations"):
            link = open_card(card)
            world.reserve(link, PERSON)
            link.close()
        assert settle(world, card) in {"signature", "reset.already-done"}
    assert_reset_once(world, card)


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_kiosk_killed_at_any_point_is_settled_by_reading(world: World, point: int) -> None:
    card = world.card_file(PERSON)
    link = open_card(card)
    world.reserve(link, PERSON)
    link.close()
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.support.kiosk_process",
            card,
            world.url,
            world.clock.now().isoformat(),
            str(point),
        ],
        input=f"{pins_of(PERSON)[PinKind.AUTHENTICATION]}\n{NEW_PINS[KIND]}\n",
        text=True,
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    ended = settle(world, card)
    assert ended == ("reset.already-done" if point > POINTS - 2 else "signature")
    assert_reset_once(world, card)


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_service_restarted_at_any_point_goes_on_where_it_was(world: World, point: int) -> None:
    card = world.card_file(PERSON)
    link = open_card(card)
    world.reserve(link, PERSON)
    passed = 0
    restarts = []

    def on_step(_step: KioskStep) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            running = World(world.folder, world.database)
            running.clock = world.clock
            block = running.running()
            block.__enter__()
            restarts.append(block)
            kiosk._service = running.client

    kiosk = Kiosk(world.guard(link), world.client, world.clock, name="kiosk-1", on_step=on_step)
    assert world.reset(kiosk, PERSON) is KIND
    link.close()
    for block in restarts:
        block.__exit__(None, None, None)
    assert len(restarts) == 1
    assert_reset_once(world, card)


def test_reservation_is_kept_when_another_card_comes(world: World) -> None:
    world.reserve(world.card(PERSON), PERSON)
    assert visit_other(world) == "reset.no-reservation"
    assert world.rows("select state from reservations") == [("live",)]


def visit_other(world: World) -> str:
    try:
        return world.reset(world.kiosk(world.card("fresh")), "fresh").value
    except KaijoError as error:
        return error.code


def test_expired_reservation_is_told_with_the_way_on(world: World) -> None:
    card = world.card(PERSON)
    made = world.reserve(card, PERSON)
    world.clock.advance(timedelta(hours=24) - (world.clock.now() - made.made_at))
    with pytest.raises(KaijoError) as caught:
        world.reset(world.kiosk(card), PERSON)
    assert caught.value.code == "reset.reservation-expired"
