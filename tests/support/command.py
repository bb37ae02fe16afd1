"""The command line in this process: arguments and stdin in; exit code, stdout and stderr out."""

import contextvars
import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from kaijo.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return the answer, which must be JSON and nothing else."""
        return json.loads(self.out)


class CommandLine:
    """Runs `kaijo …` as a person would, without a new process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["kaijo", *arguments])
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            contextvars.copy_context().run(main)
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, said.out, said.err)


@pytest.fixture
def kaijo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Return the command line."""
    monkeypatch.setenv("KAIJO_DEBUG", "1")
    return CommandLine(monkeypatch, capsys)
