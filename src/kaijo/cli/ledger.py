"""`kaijo ledger`: statements of banks and cards into an accounting program's import file or a workbook."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.ledger.books import Books

_FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN = 20

rules_option = click.option(
    "--rules", metavar="FILE", type=_FILE, help="勘定科目の規則のファイル / the file of rules for account titles"
)
layouts_option = click.option(
    "--layouts", "own", metavar="FILE", type=_FILE, help="自分で書いた明細の形 / layouts of your own"
)


class _FilesFirst(click.Group):
    """A group whose first word may be a file: then it is the conversion that is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the conversion before what is no command of the group."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args.insert(0, "convert")
        return super().parse_args(ctx, args)


@click.group("ledger", cls=_FilesFirst)
def command() -> None:
    """銀行とカードの明細を、会計ソフトの取り込みファイルやExcelに / statements into import files and a workbook.

    kaijo ledger FILE… --to freee|moneyforward|yayoi|xlsx --out FILE
    """


@command.command(hidden=True)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--to", "target", type=click.Choice(["freee", "moneyforward", "yayoi", "xlsx"]), required=True)
@click.option("--out", metavar="FILE", type=_FILE, required=True, help="書くファイル / the file to write")
@click.option("--tax", default="対象外", show_default=True, help="税区分 / the tax class of every line")
@click.option("--keep-duplicates", is_flag=True, help="重複も残す / keep what two files tell")
@rules_option
@layouts_option
@lang_option
@json_option
def convert(
    *,
    files: tuple[Path, ...],
    target: str,
    out: Path,
    tax: str,
    keep_duplicates: bool,
    rules: Path | None,
    own: Path | None,
) -> int:
    """明細を変換する / convert statements. Nothing is dropped without a line in the report."""
    from kaijo.app.bookkeeping import layouts, rules_file
    from kaijo.ledger.books import keep_books
    from kaijo.ledger.rules import read_rules

    if out.exists():
        raise UsageProblem("ledger.file-exists", path=str(out))
    if rules is not None and not rules.exists():
        raise UsageProblem("ledger.unreadable", path=str(rules))
    books = keep_books(files, layouts(own), read_rules(rules or rules_file()), keep_duplicates=keep_duplicates)
    warnings = _write(books, target, out, tax)
    if speech().json:
        speech().answer(books.as_dict() | {"target": target, "out_file": str(out), "warnings": warnings})
    else:
        _tell(books, out)
        for warning in warnings:
            click.secho(f"! {warning}", fg="yellow")
    return 1 if books.unreadable else 0


def _write(books: "Books", target: str, out: Path, tax: str) -> list[str]:
    warnings = []
    if target == "xlsx":
        from kaijo.ledger.workbook import workbook

        content = workbook(books, speech().lang)
    else:
        from kaijo.ledger.exports import export

        made = export(target, books.bookings, tax=tax)
        content = made.content
        if made.replaced:
            warnings.append(speech().label("ledger.replaced", count=made.replaced))
        if made.most_bytes and len(content) > made.most_bytes:
            warnings.append(speech().label("ledger.large-for", target=target, megabytes=made.most_bytes >> 20))
    try:
        out.write_bytes(content)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(out)) from None
    return warnings


def _tell(books: "Books", out: Path) -> None:
    for read in books.statements:
        name = read.layout.name[speech().lang]
        speech().say(
            "ledger.read", file=read.source, name=name, encoding=read.encoding,
            entries=len(read.entries), skipped=len(read.skipped),
        )  # fmt: skip
    told = books.as_dict()
    speech().say("ledger.sums", count=f"{len(books.bookings):,}", into=f"{told['in']:,}", out=f"{told['out']:,}")
    if books.unplaced:
        speech().say("ledger.unplaced", count=books.unplaced)
    for one in books.duplicates[:_SHOWN]:
        speech().say("ledger.duplicate", place=f"{one.entry.source}:{one.entry.line}", same=f"{one.source}:{one.line}")
    _tell_rest(len(books.duplicates))
    skipped = sorted(books.skipped, key=lambda one: not one.unreadable)  # what somebody must look at comes first
    for line in skipped[:_SHOWN]:
        why = speech().label(line.reason)
        click.secho(
            speech().label("ledger.skipped", place=f"{line.source}:{line.line}", why=why, content=line.content),
            fg="yellow" if line.unreadable else None,
            dim=not line.unreadable,
        )
    _tell_rest(len(skipped))
    speech().say("ledger.written", out=str(out))


def _tell_rest(count: int) -> None:
    if count > _SHOWN:
        speech().say("ledger.more", count=count - _SHOWN)


@command.command()
@click.argument("corrected", metavar="WORKBOOK", type=_FILE)
@rules_option
@lang_option
@json_option
def learn(*, corrected: Path, rules: Path | None) -> int:
    """直したExcelかCSVから規則を覚える / learn rules from a corrected workbook or CSV file."""
    from kaijo.app.bookkeeping import rules_file
    from kaijo.ledger.accounts import account_titles
    from kaijo.ledger.corrected import read_corrections
    from kaijo.ledger.rules import read_rules, write_rules

    file = rules or rules_file()
    titles = account_titles()
    unknown = {titles.unknown_in, titles.unknown_out}  # not placed is no correction
    placed = [one for one in read_corrections(corrected) if one[2] not in unknown]
    made, changed = read_rules(file).learned(placed)
    write_rules(file, made)
    if speech().json:
        speech().answer({"rules": str(file), "count": len(made.rules), "changed": changed})
    else:
        speech().say("ledger.learned", file=str(file), count=len(made.rules), changed=changed)
    return 0


@command.command("layouts")
@layouts_option
@lang_option
@json_option
def layouts_command(own: Path | None) -> int:
    """読める明細の形と、自分で書く方法 / the layouts that are known, and how to describe your own."""
    from kaijo.app.bookkeeping import layouts

    known = layouts(own)
    if speech().json:
        keys = ("id", "kind", "source", "checked", "confidence")
        speech().answer(
            [
                {
                    **{key: getattr(one, key) for key in keys},
                    "name": one.name[speech().lang],
                    "header": list(one.header),
                }
                for one in known
            ]
        )
        return 0
    for one in known:
        click.echo(f"{one.id}  {one.name[speech().lang]}  [{one.confidence}, {one.checked}]")
        click.secho(f"    {', '.join(one.header) or one.note}", dim=True)
    speech().say("ledger.describe")
    return 0
