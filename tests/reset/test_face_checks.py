"""From an answered challenge to a permit, and every way in which it ends without one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.errors import Refused, ServiceTrouble
from kaijo.facts.face import card_limits, device_limits, face_looks, face_window
from kaijo.reset.face_ports import SignedSurface
from kaijo.reset.face_records import FaceState, Pose
from kaijo.reset.states import ReservationState

from .bench import NOON, SIGNATURE, Bench, code_of
from .sitting import DEVICE, SURFACE, PaperEngine, Sitting

MINUTE = timedelta(minutes=1)
SHORT, LONG = card_limits()


@pytest.fixture
def sitting(bench: Bench) -> Sitting:
    return Sitting(bench)


def test_face_that_passes_makes_the_reservation(sitting: Sitting) -> None:
    opened = sitting.open()
    assert (opened.check.state, opened.tries_left) == (FaceState.OPEN, SHORT.tries)
    drawn = sitting.draw(opened.check)
    assert (drawn.tries_left, drawn.draw.ends_at) == (SHORT.tries - 1, NOON + face_window())
    passed = sitting.decide(opened.check, drawn)
    assert passed.state is FaceState.PASSED
    made = sitting.reserve(passed.id)
    assert (made.state, made.kind) == (ReservationState.LIVE, SIGNATURE)
    assert sitting.reserve(passed.id) == made


def test_every_step_again_gives_the_same_answer(sitting: Sitting) -> None:
    opened = sitting.open()
    assert sitting.open() == opened
    drawn = sitting.draw(opened.check)
    assert sitting.draw(opened.check) == drawn
    passed = sitting.decide(opened.check, drawn)
    assert sitting.decide(opened.check, drawn) == passed
    assert code_of(lambda: sitting.draw(passed)) == "face.already-passed"


def test_try_that_passed_does_not_count(sitting: Sitting) -> None:
    for _ in range(SHORT.tries + 1):
        sitting.passed()
        sitting.ask_again()
    assert sitting.open().tries_left == SHORT.tries


@pytest.mark.parametrize("permit", [None, "", "0" * 97])
def test_reservation_without_a_permit_is_refused(sitting: Sitting, permit: str | None) -> None:
    expected = "face.needed" if permit is None else "face.bad-permit"
    assert code_of(lambda: sitting.reserve(permit)) == expected


def test_check_that_has_not_passed_is_no_permit(sitting: Sitting) -> None:
    check = sitting.open().check
    assert code_of(lambda: sitting.reserve(check.id)) == "face.bad-permit"
    sitting.draw(check)
    assert code_of(lambda: sitting.reserve(check.id)) == "face.bad-permit"


def test_permit_is_good_for_its_own_challenge_only(sitting: Sitting) -> None:
    permit = sitting.passed().id
    sitting.ask_again()
    assert code_of(lambda: sitting.reserve(permit)) == "face.bad-permit"


def test_without_an_engine_a_required_face_is_refused(sitting: Sitting) -> None:
    sitting.bench.desk = replace(sitting.bench.desk, face=None)
    assert code_of(sitting.open) == "face.unavailable"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": b"\0" * 256}, "reset.bad-proof"),
        ({"proof_certificate": b"s1"}, "reset.bad-proof"),
        ({"authentication_certificate": b"a9"}, "reset.unknown-proof"),
    ],
)
def test_check_opens_only_with_the_proof(sitting: Sitting, changes: dict[str, bytes], code: str) -> None:
    evidence = replace(sitting.evidence(), **changes)  # type: ignore[arg-type]
    assert code_of(lambda: sitting.open(evidence=evidence)) == code


def test_challenge_must_be_alive(sitting: Sitting) -> None:
    sitting.bench.clock.advance(sitting.challenge.expires_at - NOON)
    assert code_of(sitting.open) == "reset.challenge-expired"


def test_check_ends_with_its_challenge(sitting: Sitting) -> None:
    check = sitting.open().check
    sitting.bench.clock.advance(check.expires_at - NOON)
    for act in (lambda: sitting.draw(check), lambda: sitting.look(check, sitting.picture(Pose.STRAIGHT))):
        assert code_of(act) == "face.check-over"


def test_stranger_cannot_use_up_the_tries_of_a_card(sitting: Sitting) -> None:
    """Without the signature of the card there is no word about its limits and no try is counted."""
    forged = replace(sitting.evidence(), signature=b"\0" * 256)
    for _ in range(LONG.tries + 1):
        assert code_of(lambda: sitting.open(evidence=forged)) == "reset.bad-proof"
    assert sitting.open().tries_left == SHORT.tries


def test_card_at_its_limit_is_told_when_to_come_back(sitting: Sitting) -> None:
    check = sitting.open().check
    for _ in range(SHORT.tries):
        sitting.fail(check)
        sitting.bench.clock.advance(MINUTE)
    for act in (lambda: sitting.draw(check), sitting.open):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "face.card-limit"
        assert refusal.value.data == {"retry_at": NOON + SHORT.span}
    sitting.bench.clock.advance(SHORT.span - SHORT.tries * MINUTE)
    sitting.ask_again()
    assert sitting.open().tries_left == 1


def test_limit_of_a_card_holds_on_every_device(sitting: Sitting) -> None:
    check = sitting.open().check
    for _ in range(SHORT.tries):
        sitting.fail(check)
    sitting.ask_again()
    assert code_of(lambda: sitting.open(device=b"another".ljust(16))) == "face.card-limit"


def test_device_at_its_limit_is_told_so(sitting: Sitting) -> None:
    """One device, cards that are not at their limits: here one whose tries were long ago."""
    day = LONG.span
    for _ in range(device_limits()[0].tries):
        with sitting.bench.store.begin() as records:
            records.add_face_try(sitting.bench.desk.veil.device(DEVICE), f"{sitting.taken}", NOON)
        sitting.taken += 1
    with pytest.raises(Refused) as refusal:
        sitting.open()
    assert (refusal.value.code, refusal.value.data) == (
        "face.device-limit",
        {"retry_at": NOON + device_limits()[0].span},
    )
    assert sitting.open(device=b"another".ljust(16)).tries_left == SHORT.tries
    assert day > device_limits()[0].span


def test_drawing_spends_the_try_and_new_poses_come_only_for_another(sitting: Sitting) -> None:
    check = sitting.open().check
    nonces = set()
    for left in range(SHORT.tries - 1, -1, -1):
        drawn = sitting.draw(check)
        nonces.add(drawn.draw.nonce)
        assert drawn.tries_left == left
        sitting.bench.clock.advance(face_window())
    assert len(nonces) == SHORT.tries
    assert code_of(lambda: sitting.draw(check)) == "face.card-limit"


def test_guidance_spends_no_try_and_has_an_end(sitting: Sitting) -> None:
    check = sitting.open().check
    assert sitting.look(check, sitting.picture(Pose.STRAIGHT, causes=["face.too-dark"])) == ("face.too-dark",)
    for _ in range(face_looks() - 1):
        sitting.look(check, sitting.picture(Pose.STRAIGHT))
    assert code_of(lambda: sitting.look(check, sitting.picture(Pose.STRAIGHT))) == "face.too-many-looks"
    assert sitting.open().tries_left == SHORT.tries


@pytest.mark.parametrize(
    ("surface", "code"),
    [
        (replace(SURFACE, signature=b"none"), "face.photo-unsigned"),
        (replace(SURFACE, holder=b"surface 2"), "face.photo-of-another-card"),
    ],
)
def test_photo_is_believed_before_any_picture_is_looked_at(sitting: Sitting, surface: SignedSurface, code: str) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    assert code_of(lambda: sitting.decide(check, drawn, (b"no picture",), surface=surface)) == code
    assert code_of(lambda: sitting.decide(check, drawn)) == "face.no-poses"


def test_pictures_without_drawn_poses_are_refused(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(sitting.open().check)
    sitting.ask_again()
    other = sitting.open().check
    assert code_of(lambda: sitting.decide(other, drawn)) == "face.no-poses"
    assert check.draw is None


def test_stale_nonce_is_refused_and_spends_nothing(sitting: Sitting) -> None:
    check = sitting.open().check
    old = sitting.draw(check)
    sitting.bench.clock.advance(face_window())
    new = sitting.draw(check)
    assert code_of(lambda: sitting.decide(check, old)) == "face.stale-nonce"
    assert sitting.decide(check, new).state is FaceState.PASSED


def test_pictures_after_the_window_are_refused(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    sitting.bench.clock.advance(face_window())
    assert code_of(lambda: sitting.decide(check, drawn)) == "face.window-over"


def test_decision_that_said_no_cannot_be_asked_again(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    strange = sitting.pictures(drawn, who="stranger")
    assert code_of(lambda: sitting.decide(check, drawn, strange)) == "face.no-match"
    assert code_of(lambda: sitting.decide(check, drawn)) == "face.no-poses"


def test_pictures_of_an_earlier_sitting_are_refused(sitting: Sitting) -> None:
    check = sitting.open().check
    used = sitting.pictures(first := sitting.draw(check))
    assert sitting.decide(check, first, used).state is FaceState.PASSED
    sitting.ask_again()
    check = sitting.open().check
    drawn = sitting.draw(check)
    again = (*sitting.pictures(drawn)[:-1], used[-1])
    assert code_of(lambda: sitting.decide(check, drawn, again)) == "face.replayed"


def test_one_picture_for_two_poses_is_refused(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    same = (sitting.picture(Pose.STRAIGHT),) * len(drawn.draw.poses)
    assert code_of(lambda: sitting.decide(check, drawn, same)) == "face.replayed"


def test_every_pose_has_its_picture(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    assert code_of(lambda: sitting.decide(check, drawn, sitting.pictures(drawn)[:-1])) == "face.wrong-count"


def test_wrong_pose_names_its_picture_and_the_tries_left(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    straight = tuple(sitting.picture(Pose.STRAIGHT) for _ in drawn.draw.poses)
    with pytest.raises(Refused) as refusal:
        sitting.decide(check, drawn, straight)
    number = next(at for at, pose in enumerate(drawn.draw.poses, 1) if pose is not Pose.STRAIGHT)
    assert refusal.value.data == {"picture": number, "tries_left": SHORT.tries - 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"who": "stranger"}, "face.no-match"),
        ({"likeness": 0.999}, "face.flat"),
        ({"causes": ["face.two-faces"]}, "face.two-faces"),
    ],
)
def test_face_that_does_not_convince_is_refused(sitting: Sitting, changes: dict[str, object], code: str) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    assert code_of(lambda: sitting.decide(check, drawn, sitting.pictures(drawn, **changes))) == code
    assert code_of(lambda: sitting.reserve(check.id)) == "face.bad-permit"


@pytest.mark.parametrize("code", ["face.model-damaged", "face.model-failed"])
def test_trouble_of_the_matcher_never_lets_anybody_through(bench: Bench, code: str) -> None:
    engine = PaperEngine()
    sitting = Sitting(bench, engine)
    check = sitting.open().check
    drawn = sitting.draw(check)
    engine.trouble = code
    with pytest.raises(ServiceTrouble) as trouble:
        sitting.decide(check, drawn)
    assert trouble.value.code == code
    assert code_of(lambda: sitting.reserve(check.id)) == "face.bad-permit"
    sitting.ask_again()
    assert code_of(sitting.open) == code


def test_unknown_check_is_refused(sitting: Sitting) -> None:
    check = replace(sitting.open().check, id="f" * 97)
    for act in (lambda: sitting.draw(check), lambda: sitting.look(check, b"")):
        assert code_of(act) == "face.unknown-check"
