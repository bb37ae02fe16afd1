from pathlib import Path

import pytest

from kaijo.clock import ManualClock, parse_time
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
from tools import make_screens
from tools.make_screens import NIGHT, main, section


def screens_of(person_id: str, folder: Path) -> str:
    """Return the screens of one person whose card a new issuer made."""
    clock, one = ManualClock(parse_time(NIGHT)), person(person_id)
    create(folder / f"{person_id}.card", Issuer.open(folder / "issuer", clock).issue(one, clock.now()))
    return section(one, folder)


def test_screens_of_two_issuers_are_the_same(tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    one.mkdir()
    other.mkdir()
    assert screens_of("signature-locked", one) == screens_of("signature-locked", other)


def test_page_out_of_step_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_screens, "PAGE", tmp_path / "screens.md")
    monkeypatch.setattr(make_screens, "page", lambda: "as the program shows it")
    monkeypatch.setattr("sys.argv", ["make_screens", "--check"])
    missing = main()
    (tmp_path / "screens.md").write_text("typed by hand")
    assert (missing, main()) == (1, 1)
    assert capsys.readouterr().out.count("python -m tools.make_screens") == 2
    (tmp_path / "screens.md").write_text("as the program shows it")
    assert main() == 0
