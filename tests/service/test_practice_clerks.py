import stat
from pathlib import Path

import pytest

from kaijo.errors import ServiceTrouble
from kaijo.reset.counter.clerks import sign_in
from kaijo.service.practice_clerks import make_clerks, read_clerks
from tests.reset.bench import Bench, code_of

FILE = "practice-clerks.json"


def test_clerks_are_made_once_with_passwords_of_this_machine(bench: Bench, tmp_path: Path) -> None:
    assert read_clerks(tmp_path) == {}
    make_clerks(bench.desk, tmp_path)
    made = read_clerks(tmp_path)
    assert list(made) == ["practice-clerk-1", "practice-clerk-2"]
    assert len({*made.values()}) == 2
    make_clerks(bench.desk, tmp_path)
    assert read_clerks(tmp_path) == made
    for clerk, password in made.items():
        assert sign_in(bench.desk, clerk_id=clerk, password=password).clerk == clerk
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_without_the_file_new_passwords_are_made_and_locks_are_gone(bench: Bench, tmp_path: Path) -> None:
    make_clerks(bench.desk, tmp_path)
    (old,) = {read_clerks(tmp_path)["practice-clerk-1"]}
    for _ in range(5):
        code_of(lambda: sign_in(bench.desk, clerk_id="practice-clerk-1", password="not this"))
    (tmp_path / FILE).unlink()
    make_clerks(bench.desk, tmp_path)
    new = read_clerks(tmp_path)["practice-clerk-1"]
    assert new != old
    assert sign_in(bench.desk, clerk_id="practice-clerk-1", password=new).clerk == "practice-clerk-1"


@pytest.mark.parametrize("text", ["", "[]", "no json"])
def test_file_of_somebody_else_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ServiceTrouble) as trouble:
        read_clerks(tmp_path)
    assert trouble.value.code == "store.damaged"
