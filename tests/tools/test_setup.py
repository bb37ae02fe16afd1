"""The parts of setup that decide. That it sets up a fresh machine is shown by every run on one."""

import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tools import setup
from tools.lock import inputs


def test_read_packages_every_line_has_a_purpose() -> None:
    assert setup.read_packages("# why\ngcc   building pyscard\n\nopenssl  a witness\n") == {
        "gcc": "building pyscard",
        "openssl": "a witness",
    }


def test_missing_names_what_dpkg_does_not_hold_in_order() -> None:
    packages = {"kaijo-no-such-package-2": "x", "kaijo-no-such-package-1": "y"}
    assert [name for name in setup.missing(packages) if name != "pyscard"] == list(packages)


def test_stamp_changes_with_what_is_missing_and_with_every_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "lock.txt"
    monkeypatch.setattr(setup, "MADE_FROM", (source,))
    stamps = []
    for text, missing in [("one", []), ("two", []), ("two", ["gcc"]), ("two", ["gcc", "swig"])]:
        source.write_text(text, "utf-8")
        stamps.append(tuple(setup.stamp(missing)))
    assert len(set(stamps)) == len(stamps)
    assert len({environment for environment, _ in stamps}) == 1


def test_run_failure_shows_the_end_of_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert not setup.run(["sh", "-c", "seq 20; exit 3"])
    assert capsys.readouterr().out.splitlines() == [
        "setup: failed: sh -c seq 20; exit 3",
        *(f"    {n}" for n in range(6, 21)),
    ]


def test_run_unknown_program_is_a_failure_not_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    assert not setup.run(["kaijo-no-such-program"])
    assert capsys.readouterr().out.startswith("setup: cannot start kaijo-no-such-program: ")


def test_inputs_cover_every_dependency_of_pyproject() -> None:
    pyproject = tomllib.loads((setup.ROOT / "pyproject.toml").read_text("utf-8"))
    extras = dict(pyproject["project"]["optional-dependencies"])
    # The GPL is asked for by name.
    assert extras.pop("all") == [f"kaijo[{','.join(name for name in extras if name != 'kdbx')}]"]
    asked = chain(pyproject["project"]["dependencies"], *extras.values(), *pyproject["dependency-groups"].values())
    assert sorted(asked) == sorted(chain.from_iterable(inputs(pyproject).values()))
