import pytest

from kaijo.errors import CardTrouble
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.cardfile import WritePoint
from kaijo.virtualcard.faults import BEHAVIOURS, Cause, NoisyLink, PowerCutAt, Recorder, RemovedAt

from .handmade import JPKI, RIGHT_SIGNATURE, WRONG_AUTHENTICATION, drawn, handmade_image, say, talk


@pytest.mark.parametrize(("executed", "left"), [(False, "63C3"), (True, "63C2")])
def test_removed_card_did_the_last_command_or_not(card: VirtualCard, *, executed: bool, left: str) -> None:
    link = RemovedAt(card, apdu=2, executed=executed)
    assert say(link, JPKI) == "9000"
    for act in (lambda: say(link, WRONG_AUTHENTICATION), lambda: say(link, JPKI), link.power_cycle):
        with pytest.raises(CardTrouble) as caught:
            act()
        assert caught.value.code == "card.removed"
    assert talk(card, JPKI, "00200098") == ["9000", left]


def test_removed_card_lost_its_security_status(card: VirtualCard) -> None:
    link = RemovedAt(card, apdu=3, executed=True)
    talk(link, JPKI, RIGHT_SIGNATURE)
    with pytest.raises(CardTrouble):
        say(link, "00B0810001")
    assert talk(card, JPKI, "00B0810001") == ["9000", "6982"]


def test_removed_card_works_and_cycles_until_then(card: VirtualCard) -> None:
    link = RemovedAt(card, apdu=3, executed=False)
    assert link.place == "table"
    link.power_cycle()
    assert talk(link, JPKI, "00200098") == ["9000", "63C3"]
    link.close()
    with pytest.raises(CardTrouble):
        say(card, JPKI)


def test_power_is_cut_at_one_point_of_one_write() -> None:
    cut = PowerCutAt(2, WritePoint.WRITTEN)
    for point in (*WritePoint, WritePoint.BEFORE):
        cut(point)
    with pytest.raises(CardTrouble) as caught:
        cut(WritePoint.WRITTEN)
    assert caught.value.code == "card.removed"


def outcomes(card: VirtualCard, causes: set[Cause], seed: int) -> list[str]:
    link = NoisyLink(card, causes, drawn(seed))
    seen = []
    for _ in range(2_000):
        try:
            seen.append(say(link, "00A4040C0AD3921000310001010402"))
        except CardTrouble as trouble:
            seen.append(trouble.code)
    return seen


@pytest.mark.parametrize("cause", Cause)
def test_noisy_link_fails_as_often_as_its_cause_says(card: VirtualCard, cause: Cause) -> None:
    seen = outcomes(card, {cause}, 5)
    expected = 2 * BEHAVIOURS[cause].per_thousand
    assert expected * 0.7 < 2_000 - seen.count("9000") < expected * 1.3
    assert set(seen) - {"9000"} == {"reader.noise" if cause is Cause.CASE else "card.removed"}


def test_noisy_link_repeats_itself_for_a_seed(card: VirtualCard) -> None:
    assert outcomes(card, set(Cause), 7) == outcomes(card, set(Cause), 7)


def test_link_without_causes_is_quiet(card: VirtualCard) -> None:
    assert set(outcomes(card, set(), 1)) == {"9000"}


@pytest.mark.parametrize(
    ("cause", "spent", "verified"),
    [
        (Cause.CASE, {0}, {True}),
        (Cause.RING, {0}, {False}),
        (Cause.CHARGING, {1}, {True}),
        (Cause.MOVED, {0, 1}, {False}),
    ],
)
def test_cause_strikes_in_its_own_way(cause: Cause, spent: set[int], verified: set[bool]) -> None:
    seen = set()
    for seed in range(400):
        inner = VirtualCard(handmade_image(), place="table")
        talk(inner, JPKI, RIGHT_SIGNATURE)
        try:
            say(NoisyLink(inner, {cause}, drawn(seed)), WRONG_AUTHENTICATION)
        except CardTrouble:
            still = say(inner, "00B0810001")[-4:] == "9000"
            left = talk(inner, JPKI, "00200098")[1]
            seen.add((3 - int(left[-1]), still))
    assert {one for one, _ in seen} == spent
    assert {one for _, one in seen} == verified


def test_recorder_keeps_commands_and_answers_but_does_not_show_them(card: VirtualCard) -> None:
    link = Recorder(RemovedAt(card, apdu=3, executed=True))
    talk(link, JPKI, WRONG_AUTHENTICATION)
    with pytest.raises(CardTrouble):
        say(link, "00200098")
    assert [(one.command.hex().upper(), one.response and one.response.hex().upper()) for one in link.dialogue] == [
        (JPKI, "9000"),
        (WRONG_AUTHENTICATION, "63C2"),
        ("00200098", None),
    ]
    assert repr(link.dialogue[1]) == "Exchange()"


@pytest.mark.parametrize("cause", Cause)
def test_practised_cause_strikes_within_its_commands(card: VirtualCard, cause: Cause) -> None:
    for seed in range(20):
        link = NoisyLink(card, {cause}, drawn(seed), within=3)
        with pytest.raises(CardTrouble):
            talk(link, *3 * ["00A4040C0AD3921000310001010402"])


def test_practised_cause_is_as_rare_as_ever_after_its_first_strike(card: VirtualCard) -> None:
    def strikes(within: int | None) -> int:
        link, seen = NoisyLink(card, {Cause.CHARGING}, drawn(1), within=within), 0
        for _ in range(300):
            try:
                say(link, "00A4040C0AD3921000310001010402")
            except CardTrouble:
                seen += 1
        return seen

    assert strikes(1) - strikes(None) in {0, 1}
