"""The clock of long work: on a terminal, and nowhere else."""

import os
import pty
import sys

import pytest

from kaijo.cli.speech import speech
from kaijo.cli.waiting import waiting
from kaijo.words import label

STEP = "signing.step.look"


@pytest.mark.parametrize(("json", "shown"), [(False, True), (True, False)])
def test_work_is_shown_at_a_terminal_unless_the_answer_is_json(
    monkeypatch: pytest.MonkeyPatch, json: bool, shown: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen, terminal = pty.openpty()
    monkeypatch.setattr(speech(), "json", json)
    with os.fdopen(terminal, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with waiting(STEP):
            pass
        stderr.write("end\n")
        stderr.flush()
        seen = b""
        while not seen.endswith(b"end\r\n"):
            seen += os.read(screen, 4096)
    os.close(screen)
    assert (label(STEP, speech().lang) in seen.decode()) == shown


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting(STEP):
        pass
    assert capsys.readouterr() == ("", "")
