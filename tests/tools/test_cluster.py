"""The parts of the cluster that need no cluster: its verdict over real cards and rows, and files that programs read."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.world import World, issued
from tools.cluster.configuration import haproxy
from tools.cluster.faults import FAULTS
from tools.cluster.load import PERSON, Beat, Walker, walker
from tools.cluster.network import Network
from tools.cluster.verdict import judge


@pytest.fixture
def walked(world: World) -> Walker:
    one = walker(issued(PERSON), world.clock)
    assert [one.step(world.client) for _ in range(4)] == [True] * 4
    return one


def test_verdict_of_walks_that_went_well_has_no_complaint(world: World, walked: Walker) -> None:
    found = judge(world.data, world.clock, None, [walked])
    assert (found.acknowledged, found.used, found.resets_by_the_cards, found.complaints) == (2, 2, 2, [])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            "UPDATE reservations SET state = 'live' WHERE id = (SELECT min(id) FROM reservations)",
            "card 0: an acknowledged reservation is live",
        ),
        ("PRAGMA foreign_keys=OFF; DELETE FROM reservations", "card 0: an acknowledged reservation is lost"),
        (
            "UPDATE grants SET outcome = 'granted'",
            "card 0: grants that were used do not fit the reservations that were",
        ),
        ("UPDATE audit_rows SET tag = 'session-ended' WHERE tag = 'receipt-taken'", "audit trail:"),
    ],
)
def test_verdict_finds_what_was_lost(world: World, walked: Walker, change: str, complaint: str) -> None:
    assert judge(world.data, world.clock, None, [walked]).complaints == []  # which also signs the trail
    with closing(sqlite3.connect(world.data / "service.sqlite3")) as rows, rows:
        rows.executescript(change)
    found = judge(world.data, world.clock, None, [walked]).complaints
    assert [one for one in found if one.startswith(complaint)] != []


def test_verdict_finds_a_card_that_was_reset_more_often_than_the_rows_say(world: World, walked: Walker) -> None:
    with closing(sqlite3.connect(world.data / "service.sqlite3")) as rows, rows:
        rows.execute("UPDATE reservations SET state = 'expired' WHERE id = (SELECT min(id) FROM reservations)")
    found = judge(world.data, world.clock, None, [walked]).complaints
    assert "card 0: reset 2 times, 1 reservations used" in found


def test_walker_is_told_to_come_back_and_does(world: World) -> None:
    one = walker(issued(PERSON), world.clock)
    assert one.step(world.client)
    refused = walker(issued(PERSON), world.clock)  # the same card in another hand: it finds the reservation used
    refused.acknowledged, refused._waiting = list(one.acknowledged), True
    assert one.step(world.client)
    assert (refused.step(world.client), list(refused.refusals)) == (False, ["reset.already-done"])


def test_silence_is_the_longest_gap_since_the_blow() -> None:
    beat = Beat("http://127.0.0.1:1")
    beat.answered = [10.0, 11.0, 16.0, 16.5]
    assert (beat.longest_silence(10.5) >= 5.0, beat.answered) == (True, [10.0, 11.0, 16.0, 16.5])


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len({fault.means for fault in FAULTS}) == len(FAULTS) == 10


def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    nodes = list(Network(("a", "b")).nodes.values())
    command = haproxy(tmp_path, nodes, database=5000, service=8300, services=[8301, 8302])
    program = shutil.which(command[0]) or "/usr/sbin/haproxy"
    done = subprocess.run([program, "-c", *command[1:]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("ALERT")) == (0, 0)
