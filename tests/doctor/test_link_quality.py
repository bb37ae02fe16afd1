"""Measuring a link: what is counted, what it means, and that nothing is ever asked about a PIN."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kaijo.card.files import Application
from kaijo.card.guard import _PROTECTED
from kaijo.card.link import Link, LinkFacts
from kaijo.card.meter import Meter
from kaijo.clock import ManualClock
from kaijo.doctor.link_quality import Laid, Measurement, Quality, Spread, measure, spread
from kaijo.errors import CardTrouble
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import Around, Recorder, RemovedAt
from kaijo.virtualcard.timing import TimedLink
from tests.support.world import NIGHT, issued

ROUND = 39
CLOCK = ManualClock(NIGHT)


def fresh() -> VirtualCard:
    return VirtualCard(issued("fresh"), place="table")


def lay_of(*links: Link) -> Callable[[timedelta], Laid]:
    """Give one link after the other, timed as over the air."""
    left = list(links)

    def lay(_wait: timedelta) -> Laid:
        if not left:
            raise CardTrouble("reader.no-card", reader="table")
        return Laid(TimedLink(left.pop(0)), LinkFacts())

    return lay


class Troubled(Around):
    """A link whose commands number `at` (from 1) end with `code`."""

    def __init__(self, inner: Link, code: str, *at: int) -> None:
        super().__init__(inner)
        self._code = code
        self._at = at
        self._sent = 0

    def transmit(self, command: bytes) -> bytes:
        self._sent += 1
        if self._sent in self._at:
            raise CardTrouble(self._code)
        return super().transmit(command)


class Closing(Around):
    closed = 0

    def close(self) -> None:
        self.closed += 1
        super().close()


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], None),
        ([7.0], Spread(7, 7, 7, 7, 7)),
        ([4.0, 2.0], Spread(2, 2.5, 3, 3.5, 4)),
        ([5.0, 1.0, 4.0, 2.0, 3.0], Spread(1, 2, 3, 4, 5)),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 100.0], Spread(1, 2.75, 4.5, 6.25, 100)),
    ],
)
def test_quartiles_of_known_times(times: list[float], expected: Spread | None) -> None:
    assert spread(times) == expected


def test_clean_link_is_good() -> None:
    measured = measure(lay_of(fresh()), CLOCK, rounds=3)
    assert (measured.commands, measured.errors, measured.removed, measured.repowered) == (3 * ROUND, 0, 0, 0)
    assert (measured.rounds, measured.quality, measured.place) == (3, Quality.GOOD, "table")


def test_times_and_bytes_are_those_of_the_link() -> None:
    """On the timed link a command takes 4 ms, and every byte of it and of its answer 0.1 ms."""
    link = TimedLink(Recorder(fresh()))
    measured = measure(lambda _wait: Laid(link, LinkFacts()), CLOCK, rounds=1)
    long, short, select = 4 + 0.1 * (5 + 258), 4 + 0.1 * (5 + 34), 4 + 0.1 * (7 + 2)
    assert measured.times is not None
    shown = [round(value, 6) for value in (measured.times.min, measured.times.median, measured.times.max)]
    assert shown == [round(value, 6) for value in (select, short, long)]
    assert measured.bytes_per_second == round(1000 * link.bytes / link.milliseconds)


@pytest.mark.parametrize("person_id", ["fresh", "both-locked", "face-only"])
def test_nothing_is_asked_about_any_pin(person_id: str) -> None:
    card = VirtualCard(issued(person_id), place="table")
    link = Recorder(card)
    measure(lay_of(link), CLOCK, rounds=2)
    instructions = {one.command[1] for one in link.dialogue}
    assert len(link.dialogue) == 2 * ROUND
    assert instructions == {0xA4, 0xB0}
    assert not instructions & {int(ins) for ins in _PROTECTED}


def test_long_file_is_read_whole_in_long_and_in_short_steps() -> None:
    link = Recorder(fresh())
    measure(lay_of(link), CLOCK, rounds=1)
    reads = [one for one in link.dialogue if one.command[1] == 0xB0]
    sizes = [len(one.response or b"") - 2 for one in reads]
    assert sizes == [32] + 4 * [256] + 32 * [32]
    contents = [one.response[:-2] for one in reads if one.response]
    assert b"".join(contents[1:5]) == b"".join(contents[5:])


@pytest.mark.parametrize("code", ["reader.noise", "card.malformed-answer"])
def test_missed_command_is_counted_and_sent_again(code: str) -> None:
    link = Recorder(fresh())
    measured = measure(lay_of(Troubled(link, code, 5, 6)), CLOCK, rounds=1)
    assert (measured.errors, measured.removed, measured.repowered, measured.rounds) == (2, 0, 0, 0)
    assert measured.commands == ROUND
    assert [one.command[1] for one in link.dialogue] == [0xA4, 0xB0, 0xA4] + (ROUND - 5) * [0xB0]


@pytest.mark.parametrize("code", ["card.removed", "card.was-reset", "card.unpowered"])
def test_lost_card_is_powered_anew_and_read_on(code: str) -> None:
    link = Recorder(fresh())
    measured = measure(lay_of(Troubled(link, code, 6)), CLOCK, rounds=2)
    assert (measured.errors, measured.removed, measured.repowered, measured.rounds) == (1, 1, 1, 1)
    sent = [one.command for one in link.dialogue]
    assert sent[5:7] == [sent[0], sent[2]]
    assert all(one.response and one.response.endswith(b"\x90\x00") for one in link.dialogue)


def test_card_lost_again_while_it_is_selected_is_read_on_all_the_same() -> None:
    link = Recorder(fresh())
    measured = measure(lay_of(Troubled(link, "card.removed", 6, 7, 9)), CLOCK, rounds=2)
    assert (measured.removed, measured.repowered) == (3, 3)
    assert all(one.response and one.response.endswith(b"\x90\x00") for one in link.dialogue)


def test_card_that_was_taken_away_and_laid_down_again_is_taken_anew() -> None:
    away, back = RemovedAt(fresh(), apdu=10, executed=True), Recorder(fresh())
    measured = measure(lay_of(away, back), CLOCK, rounds=1)
    assert (measured.errors, measured.removed, measured.repowered) == (1, 1, 1)
    assert len(back.dialogue) == ROUND - 10


def test_card_that_comes_back_is_waited_for_as_long_as_the_book_says() -> None:
    waits: list[timedelta] = []
    lay = lay_of(RemovedAt(fresh(), apdu=10, executed=False), fresh())

    def noted(wait: timedelta) -> Laid:
        waits.append(wait)
        return lay(wait)

    measure(noted, CLOCK, rounds=1, wait=timedelta(seconds=1))
    assert waits == [timedelta(seconds=1), timedelta(seconds=5)]


@pytest.mark.parametrize("at", [1, 2, ROUND - 1, ROUND])
def test_card_that_leaves_for_good_ends_the_measurement(at: int) -> None:
    link = Closing(RemovedAt(fresh(), apdu=at, executed=False))
    with pytest.raises(CardTrouble) as caught:
        measure(lay_of(link), CLOCK, rounds=1)
    assert caught.value.code == "reader.no-card"
    assert link.closed >= 1


@pytest.mark.parametrize("code", ["reader.daemon-restarted", "reader.in-use", "reader.gone"])
def test_trouble_that_is_not_the_fields_ends_the_measurement(code: str) -> None:
    link = Closing(Troubled(fresh(), code, 4))
    with pytest.raises(CardTrouble) as caught:
        measure(lay_of(link), CLOCK, rounds=1)
    assert (caught.value.code, link.closed) == (code, 1)


def test_link_is_closed_when_a_person_stops() -> None:
    link = Closing(fresh())

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(lay_of(link), CLOCK, rounds=1, progress=stop)
    assert link.closed == 1


def test_progress_goes_from_little_to_all() -> None:
    shares: list[float] = []
    measure(lay_of(fresh()), CLOCK, rounds=1, progress=shares.append)
    assert (len(shares), shares[-1]) == (ROUND, 1.0)
    assert shares == sorted(shares)


def test_card_without_the_application_is_not_measured() -> None:
    image = issued("fresh")
    del image.directories[Application.JPKI]
    with pytest.raises(CardTrouble) as caught:
        measure(lay_of(VirtualCard(image, place="table")), CLOCK, rounds=1)
    assert caught.value.code == "card.no-application"


def test_link_that_answers_nothing_is_unusable() -> None:
    measured = measure(lay_of(Troubled(fresh(), "reader.noise", *range(1, 100))), CLOCK, rounds=1)
    assert (measured.errors, measured.times, measured.quality) == (ROUND, None, Quality.UNUSABLE)


def test_clock_that_stands_still_gives_no_speed() -> None:
    link = Meter(fresh(), lambda: 0.0)
    measured = measure(lambda _wait: Laid(link, LinkFacts()), CLOCK, rounds=1)
    assert (measured.bytes_per_second, measured.times) == (0, Spread(0, 0, 0, 0, 0))


def measurement(commands: int, errors: int, q3: float = 8) -> Measurement:
    return Measurement(
        place="table",
        facts=LinkFacts(),
        commands=commands,
        errors=errors,
        removed=0,
        repowered=0,
        rounds=1,
        bytes_per_second=1,
        times=Spread(1, 1, 1, q3, q3),
    )


@pytest.mark.parametrize(
    ("errors", "q3", "quality"),
    [
        (0, 8, Quality.GOOD),
        (5, 100, Quality.GOOD),
        (6, 8, Quality.SHAKY),
        (0, 100.1, Quality.SHAKY),
        (100, 8, Quality.SHAKY),
        (101, 8, Quality.UNUSABLE),
        (101, 500, Quality.UNUSABLE),
    ],
)
def test_verdict_at_its_limits(errors: int, q3: float, quality: Quality) -> None:
    assert measurement(1000, errors, q3).quality is quality
