from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from kaijo.clock import JST, ManualClock
from kaijo.errors import CardTrouble, Refused
from kaijo.web.keeping import Kept

NOW = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def kept(clock: ManualClock) -> Kept[str]:
    return Kept(clock)


def test_what_is_kept_is_found_until_its_time(kept: Kept[str], clock: ManualClock) -> None:
    key = kept.keep("card", NOW + MINUTE)
    assert (kept.look(key).value, len(bytes.fromhex(key))) == ("card", 16)
    clock.advance(MINUTE)
    with pytest.raises(Refused, match=r"web\.over"):
        kept.look(key)


def test_unknown_key_is_over(kept: Kept[str]) -> None:
    with pytest.raises(Refused, match=r"web\.over"):
        kept.once("0" * 32, lambda _value: "/")


def test_second_use_is_told_the_first_outcome(kept: Kept[str]) -> None:
    key = kept.keep("card", NOW + MINUTE)
    used: list[str] = []

    def act(value: str) -> str:
        used.append(value)
        return f"/done/{len(used)}"

    assert [kept.once(key, act), kept.once(key, act), used] == ["/done/1", "/done/1", ["card"]]
    assert kept.look(key).outcome == "/done/1"


def test_refusal_is_an_outcome_and_trouble_is_none(kept: Kept[str]) -> None:
    key = kept.keep("card", NOW + MINUTE)
    errors = [CardTrouble("card.removed"), Refused("card.locked", kind="signature")]
    tried: list[str] = []

    def act(value: str) -> str:
        tried.append(value)
        raise errors[len(tried) - 1]

    met = []
    for _ in range(3):
        with pytest.raises((CardTrouble, Refused)) as caught:
            kept.once(key, act)
        met.append(caught.value)
    assert (met, tried) == ([errors[0], errors[1], errors[1]], ["card", "card"])


def test_many_at_once_use_it_one_time(kept: Kept[str]) -> None:
    key = kept.keep("card", NOW + MINUTE)
    start = Barrier(8)
    used: list[str] = []
    pages: list[str] = []

    def act(value: str) -> str:
        used.append(value)
        return f"/done/{len(used)}"

    def press() -> None:
        start.wait()
        pages.append(kept.once(key, act))

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (used, pages) == (["card"], ["/done/1"] * 8)


def test_oldest_makes_room(kept: Kept[str]) -> None:
    keys = [kept.keep(str(number), NOW + MINUTE) for number in range(513)]
    with pytest.raises(Refused, match=r"web\.over"):
        kept.look(keys[0])
    assert (kept.look(keys[1]).value, kept.look(keys[-1]).value) == ("1", "512")
