"""Words that no command knows: told in the language that was asked for, and as JSON to programs."""

import getpass
import sys
from pathlib import Path

import pytest

from kaijo.cli.pin_entry import ask
from kaijo.cli.speech import speech
from kaijo.errors import UsageProblem
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine


@pytest.mark.parametrize(
    "words",
    [("verify", "."), ("verify", "a", "--sideways"), ("ledger", "a", "--to", "moon"), ("sign",), ("nowhere",)],
)
def test_words_that_fit_no_command_are_told_with_title_and_remedy(
    kaijo: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = kaijo(*words)
    assert (ended.code, ended.out, "usage.words" in ended.err, "--help" in ended.err) == (2, "", True, True)


def test_one_run_does_not_speak_as_the_one_before(kaijo: CommandLine) -> None:
    before = speech()
    usual = before.lang, before.json
    try:
        before.lang, before.json = "en", True
        ended = kaijo("verify", "a", "--sideways")
    finally:
        before.lang, before.json = usual
    assert (ended.code, ended.out, "usage.words" in ended.err) == (2, "", True)


def test_program_hears_of_wrong_words_as_json(kaijo: CommandLine, tmp_path: Path) -> None:
    ended = kaijo("verify", "--json", "--lang", "en", str(tmp_path))
    answer = ended.json()
    assert (ended.code, answer["error"]["code"], complaints("error", answer)) == (2, "usage.words", [])
    assert "is a directory" in answer["error"]["cause"]


def test_group_alone_shows_its_help(kaijo: CommandLine) -> None:
    ended = kaijo("pin")
    assert (ended.code, "suggest" in ended.out + ended.err, "usage.words" in ended.err) == (2, True, False)


def test_end_of_input_at_a_terminal_is_a_missing_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        @staticmethod
        def isatty() -> bool:
            return True

    def ended(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ended)
    with pytest.raises(UsageProblem) as caught:
        ask("keep.ask-passphrase-again")
    assert caught.value.code == "usage.no-pin"
