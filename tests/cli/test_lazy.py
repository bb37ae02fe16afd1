import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.world import NIGHT, World

# Web, SQL, pictures, faces, pages: none of them may stand between a locked-out person and the answer.
HEAVY = {
    "fastapi",
    "starlette",
    "uvicorn",
    "sqlalchemy",
    "jinja2",
    "httpx2",
    "pyhanko_certvalidator",
    "PIL",
    "pydantic",
}
BEFORE_THE_CARD = {f"kaijo.{room}" for room in ("app", "card", "cli", "clock", "doctor", "errors", "facts", "words")}

PROGRAM = """
import json, sys
from contextlib import suppress
standing = set(sys.modules)
sys.argv = ["kaijo", *json.loads(sys.argv[1])]
loaded = {}
def note(when):
    loaded.setdefault(when, sorted(set(sys.modules) - standing))
if "--card" in sys.argv:
    import kaijo.card.link, kaijo.card.meter
    transmit = kaijo.card.meter.Meter.transmit
    def first(meter, command):
        note("first")
        return transmit(meter, command)
    kaijo.card.meter.Meter.transmit = first
from kaijo.cli import main
with suppress(SystemExit):
    main()
note("end")
print("\\0" + json.dumps(loaded))
"""


def loaded_by(*arguments: str) -> dict[str, set[str]]:
    """Return the modules that a command had loaded at its first APDU (`first`) and at its `end`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)], text=True, capture_output=True, check=True
    )
    return {when: set(names) for when, names in json.loads(done.stdout.rpartition("\0")[2]).items()}


def foreign(modules: set[str]) -> set[str]:
    """Return the top names of what is neither Python's nor ours; a leading underscore is some library's inner part."""
    names = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"kaijo"}
    return {name for name in names if not name.startswith("_")}


@pytest.fixture
def fresh(world: World) -> Path:
    return world.card_file("fresh")


def test_check_never_loads_what_it_does_not_need(fresh: Path) -> None:
    told = loaded_by("check", "--card", str(fresh), "--clock", NIGHT.isoformat())
    assert foreign(told["end"]) & HEAVY == set()


def test_check_has_loaded_no_more_than_the_card_file_needs_before_the_first_command(fresh: Path) -> None:
    told = loaded_by("check", "--card", str(fresh), "--json")
    ours = {name for name in told["first"] if name.count(".") == 1 and name.startswith("kaijo.")}
    assert foreign(told["first"]) == {"click", "cryptography", "filelock"}
    assert ours == BEFORE_THE_CARD | {"kaijo.virtualcard", "kaijo.securechannel"}
    assert "cryptography.x509" not in told["first"]


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_check_loads_three_libraries_and_their_own(fresh: Path, how: tuple[str, ...]) -> None:
    told = loaded_by("check", "--card", str(fresh), "--clock", NIGHT.isoformat(), *how)
    assert foreign(told["end"]) == {"click", "cryptography", "filelock"}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_loads_the_frame_alone(arguments: tuple[str, ...]) -> None:
    told = loaded_by(*arguments)
    assert foreign(told["end"]) & HEAVY == set()


def test_version_loads_click_alone() -> None:
    assert foreign(loaded_by("--version")["end"]) == {"click"}


def test_reader_is_asked_before_any_library_of_the_virtual_card_is_loaded() -> None:
    told = loaded_by("check", "--reader", "no reader has such a name", "--json")
    ours = {name for name in told["end"] if name.startswith("kaijo.virtualcard")}
    assert (ours, foreign(told["end"]) & (HEAVY | {"cryptography", "filelock", "rich"})) == (set(), set())
