"""Prometheus itself reads the alarms and plays them: each rings on its night, and none on a quiet one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kaijo.clock import SystemClock
from kaijo.service.telemetry.house import telemetry
from tests.support.pcscd import cannot

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "kaijo.rules.yaml"
NIGHTS = Path(__file__).parent / "alarms.yaml"
TROUBLES = re.compile(r'(kaijo_(?:store|key)_seconds_count)\{[^}]*outcome="([a-z.-]+)"')


@pytest.fixture
def promtool() -> str:
    return shutil.which("promtool") or cannot("no promtool (Debian: prometheus) on this machine")


def test_prometheus_reads_every_rule(promtool: str) -> None:
    done = subprocess.run([promtool, "check", "rules", RULES], capture_output=True, text=True, check=False)
    rules = RULES.read_text("utf-8").count("- alert:")
    assert (done.returncode, f"{rules} rules found" in done.stdout) == (0, True), done.stdout + done.stderr


def test_every_alarm_rings_on_its_night_and_none_on_a_quiet_one(promtool: str, tmp_path: Path) -> None:
    nights = NIGHTS.read_text("utf-8")
    assert set(re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))) == set(re.findall(r'alertname="(\w+)"', nights))
    for file in (RULES, NIGHTS):
        shutil.copy(file, tmp_path)
    done = subprocess.run(
        [promtool, "test", "rules", NIGHTS.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_first_trouble_is_an_increase_since_its_series_is_there_from_the_start() -> None:
    there = {
        (sample.name, sample.labels.get("outcome"))
        for family in telemetry(SystemClock()).metrics.registry.collect()
        for sample in family.samples
    }
    assert set(TROUBLES.findall(NIGHTS.read_text("utf-8"))) <= there
