import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from kaijo.clock import JST
from tests.docs.test_schemas import complaints
from tests.facts.changed import asked_once
from tests.support.command import CommandLine
from tests.support.world import NIGHT, World

LATE = datetime(2027, 3, 15, 23, 30, tzinfo=JST).isoformat()


def figures(file: Path) -> dict[str, float]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_probe_walks_twice_with_one_card_and_leaves_its_figures(
    world: World, kaijo: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "kaijo.prom"
    walk = ("probe", "--service", world.url, "--data", str(tmp_path / "probe"), "--clock", NIGHT.isoformat())
    for _ in range(2):
        ended = kaijo(*walk, "--textfile", str(file), "--json")
        told = ended.json()
        assert (ended.code, told["outcome"], told["code"]) == (0, "done", None)
        assert complaints("probe", told) == []
        assert list(told["seconds"]) == ["health", "reserve", "kiosk"]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []
    read = figures(file)
    assert (read["kaijo_probe_success"], read['kaijo_probe_seconds{part="kiosk"}'] > 0) == (1, True)
    assert read["kaijo_probe_good_timestamp_seconds"] == read["kaijo_probe_walked_timestamp_seconds"]
    used = world.rows("SELECT count(*), count(DISTINCT pseudonym) FROM reservations WHERE state = 'used'")
    assert used == [(2, 1)]


def test_probe_outside_the_hours_goes_as_far_as_a_challenge(world: World, kaijo: CommandLine, tmp_path: Path) -> None:
    walk = ("probe", "--service", world.url, "--data", str(tmp_path / "probe"), "--once", "--clock")
    assert kaijo(*walk, LATE, "--json").json()["outcome"] == "closed"
    assert world.rows("SELECT (SELECT count(*) FROM reservations), (SELECT count(*) FROM challenges)") == [(0, 1)]
    assert kaijo(*walk, NIGHT.isoformat(), "--lang", "en").out.startswith("Mon 15 Mar 2027 21:40: walked")


def test_probe_without_a_service_says_so_by_exit_code_and_figures(
    kaijo: CommandLine, tmp_path: Path, world: World
) -> None:
    file = tmp_path / "kaijo.prom"
    walk = ("probe", "--service", "http://127.0.0.1:9", "--data", str(tmp_path / "probe"), "--textfile", str(file))
    with asked_once():
        ended = kaijo(*walk, "--json", "--clock", NIGHT.isoformat())
    assert (ended.code, ended.json()["outcome"], ended.json()["code"]) == (5, "failed", "service.unreachable")
    assert (figures(file)["kaijo_probe_success"], "kaijo_probe_good_timestamp_seconds" in figures(file)) == (0, False)
    assert kaijo("probe", "--every", "soon").code == 2
    assert world.rows("SELECT count(*) FROM reservations") == [(0,)]


def test_probe_every_so_often_goes_on_until_it_is_stopped(world: World, tmp_path: Path) -> None:
    words = ["probe", "--service", world.url, "--data", str(tmp_path / "probe"), "--every", "1s", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "kaijo", *words, "--clock", NIGHT.isoformat()], stdout=subprocess.PIPE, env=os.environ
    ) as child:
        assert child.stdout is not None
        walks = [json.loads(child.stdout.readline()) for _ in range(2)]
        child.send_signal(signal.SIGINT)
        assert child.wait() == 1
    assert [walk["outcome"] for walk in walks] == ["done", "done"]
