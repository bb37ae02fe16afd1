"""`kaijo pin suggest`, `keep` and `recall`: choosing a PIN, keeping it, and testing oneself without the card."""

import sys
from pathlib import Path

import click

from kaijo.card.pins import normalise
from kaijo.cli.options import clock_option
from kaijo.cli.pin_entry import ask
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.errors import GuardRefused, UsageProblem
from kaijo.facts.pins import PinKind

_KINDS = click.Choice([kind.value for kind in PinKind])
_TARGETS = (
    *("keychain", "kdbx", "paper"),
    *("bitwarden-json", "bitwarden-csv", "1password-csv", "keepass-csv", "keepass-xml"),
)


@click.command()
@click.argument("kind", type=_KINDS)
@click.option("--show", is_flag=True, help="まわりに見られない画面だと確かめた / nobody else sees this screen")
@lang_option
@json_option
def suggest(kind: str, *, show: bool) -> int:
    """暗証番号の案を出す / suggest a PIN. Asks first whether anybody else sees the screen."""
    from kaijo.keep.suggestion import suggest as suggested

    if not show and not (sys.stdin.isatty() and click.confirm(speech().label("keep.ask-screen"), err=True)):
        raise GuardRefused("keep.not-shown")
    made = suggested(PinKind(kind))
    if speech().json:
        answer = {"kind": kind, "pin": made.pin, "reading": made.reading, "choices": made.choices, "bits": made.bits}
        speech().answer(answer)
        return 0
    click.secho(made.pin, bold=True)
    speech().say("keep.suggested", reading=made.reading, bits=f"{made.bits:.1f}", choices=f"{made.choices:,}")
    return 0


@click.command()
@click.option("--pin", "kinds", type=_KINDS, multiple=True, help="控える暗証番号（複数可）/ a PIN to keep, repeatable")
@click.option("--to", "target", type=click.Choice(_TARGETS), help="控える先 / where to keep them")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="書くファイル / the file to write",
)
@click.option("--name", metavar="NAME", help="カードの呼び名（例：母）/ what you call this card, such as mother")
@click.option("--replace", is_flag=True, help="キーチェーンの前の番号を書き換える / replace what the keychain holds")
@click.option(
    "--undo", is_flag=True, help="キーチェーンを書き換える前に戻す / put back what was replaced in the keychain"
)
@click.option(
    "--wipe",
    "wiped",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="取り込み終えたファイルを上書きして消す / overwrite and remove a file that was imported",
)
@lang_option
@json_option
def keep(
    *,
    kinds: tuple[str, ...],
    target: str | None,
    out: Path | None,
    name: str | None,
    replace: bool,
    undo: bool,
    wiped: Path | None,
) -> int:
    """暗証番号を安全に控える / keep PINs: keychain, KeePass file, paper, import files. Asks for each PIN twice."""
    from kaijo.keep.entry import card_name

    if (wiped is None) == (target is None):
        raise UsageProblem("keep.no-target")
    if ((replace or undo) and target != "keychain") or (undo and not kinds):
        raise UsageProblem("keep.undo-what")
    if wiped is not None:
        from kaijo.keep.files import wipe

        wipe(wiped)
        _answer("keep.wiped", wiped=str(wiped))
        return 0
    called = "" if name is None else card_name(name)
    wanted = [PinKind(kind) for kind in dict.fromkeys(kinds)] or list(PinKind)
    if undo:
        return _put_back(wanted, called)
    if target == "keychain":
        return _keep_in_keychain(wanted, called, replace=replace)
    return _keep_in_file(wanted, called, str(target), out)


def _keep_in_keychain(kinds: list[PinKind], name: str, *, replace: bool) -> int:
    from kaijo.keep.entry import entry
    from kaijo.keep.keychain import entry_name, held, keychain, put

    backend = keychain()
    there = [entry_name(kind, name) for kind in kinds if held(backend, kind, name)]
    if there and not replace and not _agreed(there):
        raise GuardRefused("keep.already-kept", entries=there)
    entries = [entry(kind, _typed_twice(kind), speech().lang, name) for kind in kinds]
    replaced = [one.kind.value for one in entries if put(backend, one)]
    _answer("keep.kept-in-keychain", target="keychain", name=name, kinds=_values(kinds), replaced=replaced)
    return 0


def _agreed(there: list[str]) -> bool:
    return sys.stdin.isatty() and click.confirm(speech().label("keep.ask-replace", entries=there), err=True)


def _put_back(kinds: list[PinKind], name: str) -> int:
    from kaijo.keep.keychain import keychain, restore

    backend = keychain()
    for kind in kinds:
        restore(backend, kind, name)
    _answer("keep.put-back", target="keychain", name=name, restored=_values(kinds))
    return 0


def _keep_in_file(kinds: list[PinKind], name: str, target: str, out: Path | None) -> int:
    from kaijo.app.remembering import ENDINGS, KDBX, PAPER, file_maker
    from kaijo.keep.entry import entry
    from kaijo.keep.files import check_target, write_owned

    if out is None:
        raise UsageProblem("keep.no-file", ending=ENDINGS[target])
    check_target(out, ENDINGS[target])
    passphrase = _passphrase() if target == KDBX else ""
    entries = [entry(kind, _typed_twice(kind), speech().lang, name) for kind in kinds]
    write_owned(out, file_maker(target, speech().lang, passphrase)(entries))
    said = {KDBX: "keep.kept-in-kdbx", PAPER: "keep.kept-on-paper"}.get(target, "keep.kept-for-import")
    _answer(said, target=target, file=str(out), name=name, kinds=_values(kinds))
    return 0


def _values(kinds: list[PinKind]) -> list[str]:
    return [kind.value for kind in kinds]


_NOTHING: dict[str, object] = {"wiped": None, "target": None, "file": None, "name": ""} | {
    listed: [] for listed in ("kinds", "replaced", "restored")
}


def _answer(said: str, **told: object) -> None:
    answer = _NOTHING | told
    if speech().json:
        speech().answer(answer)
    else:
        speech().say(said, **{name: value or "–" for name, value in answer.items()})


def _passphrase() -> str:
    from kaijo.keep.kdbx import SHORTEST

    first, again = ask("keep.ask-passphrase", least=SHORTEST), ask("keep.ask-passphrase-again")
    if first != again:
        raise GuardRefused("keep.passphrases-differ")
    if len(first) < SHORTEST:
        raise GuardRefused("keep.short-passphrase", least=SHORTEST)
    return first


def _typed_twice(kind: PinKind) -> str:
    """Return a PIN as it was typed twice: one kept wrongly would cost tries a year later."""
    first, again = ask("keep.ask-pin", kind=kind), ask("keep.ask-pin-again", kind=kind)
    if normalise(kind, first) != normalise(kind, again):
        raise GuardRefused("guard.pins-differ", kind=kind)
    return first


@click.command()
@click.argument("kind", type=_KINDS)
@click.option("--learn", is_flag=True, help="いま覚えている番号をテストに登録する / register the PIN that you know now")
@click.option("--forget", is_flag=True, help="登録を消す / remove what is kept")
@clock_option
@lang_option
@json_option
def recall(kind: str, *, learn: bool, forget: bool, clock: str | None) -> int:
    """カードを使わずに、思い出せるか試す / test yourself. The card is not asked, no try is at stake."""
    from kaijo.app.remembering import recall_book

    wanted, book = PinKind(kind), recall_book(clock_at(clock))
    if learn:
        due = book.learn(wanted, _typed_twice(wanted))
        return _recalled("keep.learned", wanted, remembered=None, due=due.isoformat(), not_before=None, at=due)
    if forget:
        book.forget(wanted)
        return _recalled("keep.forgotten", wanted, remembered=None, due=None, not_before=None, at="")
    book.check(wanted)
    ended = book.test(wanted, ask("keep.ask-pin", kind=wanted))
    waits = ended.not_before.isoformat() if ended.not_before else None
    said = "keep.remembered" if ended.remembered else "keep.not-remembered"
    return _recalled(
        said, wanted, remembered=ended.remembered, due=ended.due.isoformat(), not_before=waits, at=ended.due
    )


def _recalled(said: str, kind: PinKind, *, remembered: bool | None, at: object, **answer: object) -> int:
    if speech().json:
        speech().answer({"kind": kind.value, "remembered": remembered, **answer})
    else:
        speech().say(said, kind=kind, at=at)
    return 1 if remembered is False else 0
