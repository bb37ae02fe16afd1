from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.command import CommandLine


def test_demo_leaves_a_signature_that_others_verify(kaijo: CommandLine, tmp_path: Path) -> None:
    ended = kaijo("demo", "--json", "--out", str(tmp_path / "out"))
    answer = ended.json()
    assert (ended.code, answer["works"], answer["error"]) == (0, True, None)
    assert [step["step"] for step in answer["steps"]][-4:] == ["signed", "rehearsed", "at-desk", "filed"]
    certificate = x509.load_pem_x509_certificate((tmp_path / "out" / "certificate.pem").read_bytes())
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    message, signature = ((tmp_path / "out" / name).read_bytes() for name in ("message.bin", "signature.bin"))
    key.verify(signature, message, PKCS1v15(), SHA256())


def test_whole_story_from_the_lock_to_the_receipt_before_midnight(kaijo: CommandLine) -> None:
    ended = kaijo("demo", "--json", "--clock", "2027-03-15T21:40")
    answer = ended.json()
    assert [step["step"] for step in answer["steps"]] == [
        *("person", "card", "service", "reading", "reading", "proof", "reserved", "at-store", "found", "reset"),
        *("at-home", "reading", "reading", "signed", "rehearsed", "at-desk", "filed"),
    ]
    receipt = answer["receipt"]
    assert (ended.code, receipt["in_time"], receipt["practice"]) == (0, True, True)
    assert "2027-03-15T23:00" < receipt["recorded_at"] < receipt["due_before"] == "2027-03-16T00:00:00+09:00"


def test_demo_out_of_season_rehearses_and_files_nothing(kaijo: CommandLine) -> None:
    ended = kaijo("demo", "--json", "--clock", "2026-12-05T12:00", "--person", "fresh")
    assert (ended.code, ended.json()["receipt"]) == (0, None)
    assert ended.json()["steps"][-1]["step"] == "not-filed"


def test_demo_of_a_person_without_a_way_ends_with_the_counter(kaijo: CommandLine) -> None:
    ended = kaijo("demo", "--person", "both-locked")
    assert ended.code == 1
    assert "窓口" in ended.err


def test_demo_tells_its_steps_in_english(kaijo: CommandLine) -> None:
    ended = kaijo("demo", "--lang", "en", "--person", "authentication-locked")
    assert ended.code == 0
    assert "Kiosk: reset the authentication PIN" in ended.out


def test_demo_at_night_finds_the_kiosk_closed(kaijo: CommandLine) -> None:
    ended = kaijo("demo", "--json", "--clock", "2027-03-15T23:30")
    assert (ended.code, ended.json()["error"]["code"]) == (1, "reset.kiosk-closed")


@pytest.mark.parametrize("arguments", [("--person", "nobody"), ("--clock", "tomorrow")])
def test_demo_refuses_odd_arguments(kaijo: CommandLine, arguments: tuple[str, ...]) -> None:
    assert kaijo("demo", *arguments).code == 2


def test_demo_that_cannot_write_says_so(kaijo: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = kaijo("demo", "--person", "fresh", "--out", str(tmp_path / "file" / "below"))
    assert (ended.code, "usage.unwritable" in ended.err) == (2, True)
