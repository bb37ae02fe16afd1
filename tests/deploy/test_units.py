"""What is deployed beside the program names what the program has: commands, options, figures, run book entries."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kaijo.cli import kaijo as kaijo_group
from kaijo.clock import SystemClock
from kaijo.reset.audit import Tag
from kaijo.service.telemetry.house import telemetry

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
RULES = (ROOT / "deploy" / "prometheus" / "kaijo.rules.yaml").read_text("utf-8")
LOOKED_UP = {"kaijo_ready", "kaijo_audit_unsealed_rows", "kaijo_audit_checkpoint_age_seconds"}
PROBES = {"kaijo_probe_success", "kaijo_probe_walked_timestamp_seconds"}


def settings(unit: Path) -> dict[str, list[str]]:
    """Return every setting of a unit with its values."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def calls(text: str) -> Iterator[list[str]]:
    """Yield the words after each call of the program."""
    for call in re.findall(r"/opt/kaijo/bin/kaijo ([^'\n]+)", text):
        yield shlex.split(call.replace("$$", "$"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_every_unit(unit: Path, tmp_path: Path) -> None:
    for one in UNITS:
        text = one.read_text("utf-8").replace("/opt/kaijo/bin/kaijo", "/bin/true")
        (tmp_path / one.name).write_text(text)
    program = shutil.which("systemd-analyze")
    if program is None:
        assert re.findall(r"^(?!#|\[\w+\]$|\w+=|$).*", unit.read_text("utf-8"), re.MULTILINE) == []
        return
    done = subprocess.run([program, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name in line]
    assert said == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_service_is_hardened_and_holds_no_secret(unit: Path) -> None:
    told = settings(unit)
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "RestrictNamespaces", "ProtectHome"):
        assert told[name] == ["yes"]
    assert (told["User"], told["ProtectSystem"], told["CapabilityBoundingSet"]) == (["kaijo"], ["strict"], [""])
    assert [value for value in told["Environment"] if re.search(r"PASS(WORD|PHRASE)=|PIN=", value)] == []


@pytest.mark.parametrize("file", [*SERVICES, ROOT / "deploy" / "Containerfile"], ids=lambda file: file.name)
def test_every_call_has_the_program_s_words_and_options(file: Path) -> None:
    text = file.read_text("utf-8")
    if file.name == "Containerfile":
        words = re.findall(r'"([^"]+)"', text.rpartition("CMD [")[2])
        found = [words]
    else:
        found = list(calls(text))
    assert found
    for words in found:
        command: click.Command = kaijo_group
        while isinstance(command, click.Group):
            inner = command.get_command(click.Context(command), words.pop(0))
            assert inner is not None
            command = inner
        known = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in words if word.startswith("--") and word not in known] == []


def test_every_alarm_stands_on_figures_that_exist_and_has_its_entry_in_the_run_book() -> None:
    names = {
        sample
        for family in telemetry(SystemClock()).metrics.registry.collect()
        for sample in (f"{family.name}_total", f"{family.name}_count", f"{family.name}_bucket", family.name)
    }
    used = set(re.findall(r"\bkaijo_\w+", RULES))
    assert used - names - LOOKED_UP - PROBES == set()
    assert set(re.findall(r'tag="([a-z-]+)"', RULES)) <= {tag.value for tag in Tag}
    book = (ROOT / "docs" / "operations.md").read_text("utf-8")
    alarms = re.findall(r"- alert: (\w+)", RULES)
    assert re.findall(r"^### (Kaijo\w+)$", book, re.MULTILINE) == alarms
    assert re.findall(r'runbook: "docs/operations\.md#(\w+)"', RULES) == [alarm.lower() for alarm in alarms]
