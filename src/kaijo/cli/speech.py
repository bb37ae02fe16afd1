"""How a command speaks: language, JSON or text, progress, and what is printed when it ends badly."""

import os
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from kaijo import words
from kaijo.errors import KaijoError, UsageProblem
from kaijo.words import LANGS, Lang

_INTERNAL_EXIT = 70  # EX_SOFTWARE: a fault of ours, told apart from every ending of the contract


@dataclass(slots=True)
class Speech:
    """The language of this run, and whether its answer is JSON."""

    lang: Lang = "ja"
    json: bool = False

    def label(self, code: str, **data: object) -> str:
        """Return a label in this language."""
        return words.label(code, self.lang, **data)

    def say(self, code: str, **data: object) -> None:
        """Print a label, unless the answer is JSON."""
        if not self.json:
            click.echo(self.label(code, **data))

    def answer(self, content: Mapping[str, Any] | list[Any]) -> None:
        """Print the answer as JSON."""
        import json

        click.echo(json.dumps(content, ensure_ascii=False, indent=2))


_speech: ContextVar[Speech] = ContextVar("speech")


def speech() -> Speech:
    """Return how this run speaks."""
    try:
        return _speech.get()
    except LookupError:
        fresh = Speech()
        _speech.set(fresh)
        return fresh


def _set_lang(_context: click.Context, _option: click.Parameter, value: Lang) -> None:
    speech().lang = value


def _set_json(_context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click calls
    speech().json = value


lang_option = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="ja",
    envvar="KAIJO_LANG",
    show_default=True,
    expose_value=False,
    is_eager=True,
    callback=_set_lang,
    help="表示の言語 / language of the messages",
)
json_option = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_set_json,
    help="結果をJSONで / answer in JSON",
)


def run(group: click.Group) -> NoReturn:
    """Run the command line. Every failure is told in words; a raw traceback never reaches a person."""
    _speech.set(Speech())
    try:
        ended = group.main(standalone_mode=False)
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.exceptions.NoArgsIsHelpError as help_asked:
        help_asked.show()
        sys.exit(2)
    except click.UsageError as problem:
        said, program = " ".join(problem.format_message().split()), problem.ctx.command_path if problem.ctx else "kaijo"
        tell(UsageProblem("usage.words", said=said, program=program))
        sys.exit(2)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo(speech().label("cli.stopped"), err=True)
        sys.exit(1)
    except KaijoError as error:
        tell(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as fault:
        if os.environ.get("KAIJO_DEBUG"):
            raise
        tell(KaijoError("cli.internal", fault=type(fault).__name__))
        sys.exit(_INTERNAL_EXIT)


def tell(error: KaijoError) -> None:
    """Say what happened, why, and what to do now: on stderr for people, on stdout as JSON for programs."""
    said = words.explain(error, speech().lang)
    if speech().json:
        speech().answer({"error": said.as_dict() | {"data": error.diagnostics()["data"]}})
        return
    click.secho(f"✗ {said.title}", fg="red", bold=True, err=True)
    click.echo(f"  {said.cause}", err=True)
    click.echo(f"→ {said.remedy}", err=True)
    click.secho(f"  ({said.code})", dim=True, err=True)
